import type { Services } from '@taskwire/router'

/** A control character takes six bytes in JSON. No API takes one any more; a restored database may hold them. */
export const CONTROL_CHARACTER = '\u0001'

/**
 * Gives a user the longest tasks that there can be: descriptions of 10 000 characters. Without the triggers, which
 * stamp them one by one; the user's counter is set as they would.
 */
export async function addLongTasks(
  db: Services['db'],
  { email, count, character }: { email: string; count: number; character: string },
): Promise<void> {
  await db.$transaction([
    db.$executeRaw`SET LOCAL session_replication_role = replica`,
    db.$executeRaw`
      INSERT INTO tasks (user_id, id, title, description, version)
      SELECT users.id, gen_random_uuid(), 'Long', repeat(${character}, 10000), number
      FROM users, generate_series(1, ${count}::int) number WHERE email = ${email}`,
    db.$executeRaw`UPDATE users SET change_seq = ${count}::int WHERE email = ${email}`,
  ])
}
