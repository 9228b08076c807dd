import type { OpenDatabase } from '@taskwire/prisma'

/** Tasks that are written by one statement. */
const CHUNK = 10_000

/** Gives a user this many tasks, each with two of a hundred tags: past the triggers, which would take hours. */
export async function fillAccount({ client }: OpenDatabase, userId: string, tasks: number): Promise<void> {
  await client.$transaction([
    client.$executeRaw`SET LOCAL session_replication_role = replica`,
    client.$executeRaw`
      INSERT INTO tags (user_id, id, name, name_key, version)
      SELECT ${userId}::uuid, md5('tag ' || n)::uuid, 'Tag ' || n, 'tag ' || n, n FROM generate_series(1, 100) AS n`,
  ])
  for (let first = 1; first <= tasks; first += CHUNK) {
    const last = Math.min(tasks, first + CHUNK - 1)
    await client.$transaction([
      client.$executeRaw`SET LOCAL session_replication_role = replica`,
      client.$executeRaw`
        INSERT INTO tasks (user_id, id, title, description, version)
        SELECT ${userId}::uuid, lpad(to_hex(n), 32, '0')::uuid, 'Task ' || n, 'What is to be done, in a sentence or two.', n
        FROM generate_series(${first}::int, ${last}::int) AS n`,
      client.$executeRaw`
        INSERT INTO task_tags (user_id, task_id, tag_id)
        SELECT ${userId}::uuid, lpad(to_hex(n), 32, '0')::uuid, md5('tag ' || 1 + (n + link * 37) % 100)::uuid
        FROM generate_series(${first}::int, ${last}::int) AS n, generate_series(0, 1) AS link`,
    ])
  }
  await client.$executeRaw`UPDATE users SET change_seq = ${tasks} WHERE id = ${userId}::uuid`
  await client.$queryRaw`SELECT recount_user(${userId}::uuid)::text`
}
