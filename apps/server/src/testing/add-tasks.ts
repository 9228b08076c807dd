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
