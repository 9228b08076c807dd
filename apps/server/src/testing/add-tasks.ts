import type { Services } from '@taskwire/router'

const PER_STATEMENT = 1_000

/** Gives a user thousands of tasks, each of so many characters, past the API. */
export async function addTasks(
  db: Services['db'],
  { email, count, characters }: { email: string; count: number; characters: number },
): Promise<void> {
  for (let added = 0; added < count; added += PER_STATEMENT) {
    await db.$executeRaw`
      INSERT INTO tasks (user_id, id, title, description)
      SELECT users.id, gen_random_uuid(), 'Write', repeat('x', ${characters}::int)
      FROM users, generate_series(1, ${Math.min(PER_STATEMENT, count - added)}::int) WHERE email = ${email}`
  }
}

/** Hundreds of thousands, in seconds: without the triggers that stamp each. The user's counter is set as they would. */
export async function addTasksUnstamped(
  db: Services['db'],
  { email, count }: { email: string; count: number },
): Promise<void> {
  const part = 25_000
  for (let added = 0; added < count; added += part) {
    await db.$transaction([
      db.$executeRaw`SET LOCAL session_replication_role = replica`,
      db.$executeRaw`
        INSERT INTO tasks (user_id, id, title, description, version)
        SELECT users.id, gen_random_uuid(), 'Task ' || number, repeat(md5(number::text), 3), number
        FROM users, generate_series(${added + 1}::int, ${Math.min(count, added + part)}::int) number
        WHERE email = ${email}`,
    ])
  }
  await db.$executeRaw`UPDATE users SET change_seq = ${count}::int WHERE email = ${email}`
  await db.$executeRaw`SELECT recount_user(id) FROM users WHERE email = ${email}`
  await db.$executeRaw`ANALYZE tasks`
}
