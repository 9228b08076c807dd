import type { Check } from './finding.ts'

/** Users whose rows are counted in one statement: a statement has 5 s. */
const USERS_AT_ONCE = 20

type Users = Parameters<Check>[0]['client']

/** The counters behind the quotas, which triggers keep, against the rows. */
export const checkRowCounts: Check = async ({ client }) => {
  const wrong: string[] = []
  let users = 0
  for (let after: string | null = null; ; ) {
    const counted = await countUsers(client, after)
    users += counted.length
    wrong.push(...counted.filter(({ right }) => !right).map(({ id }) => id))
    after = counted.at(-1)?.id ?? null
    if (counted.length < USERS_AT_ONCE) break
  }
  const [first] = wrong
  if (first === undefined) return { ok: true, says: `those of all ${users} users are right` }
  return {
    ok: false,
    says: `those of ${wrong.length} of ${users} users are wrong, so that their quotas are`,
    hint: `run the SQL ${wrong.length === 1 ? `SELECT recount_user('${first}')` : 'SELECT recount_user(id) FROM users'}`,
  }
}

async function countUsers(client: Users, after: string | null): Promise<{ id: string; right: boolean }[]> {
  return client.$queryRaw`
    SELECT id, (live_tasks, deleted_tasks, live_tags, deleted_tags) = (
      (SELECT count(*) FROM tasks WHERE user_id = users.id AND deleted_at IS NULL),
      (SELECT count(*) FROM tasks WHERE user_id = users.id AND deleted_at IS NOT NULL),
      (SELECT count(*) FROM tags WHERE user_id = users.id AND deleted_at IS NULL),
      (SELECT count(*) FROM tags WHERE user_id = users.id AND deleted_at IS NOT NULL)
    ) AS right
    FROM users WHERE coalesce(id > ${after}::uuid, true) ORDER BY id LIMIT ${USERS_AT_ONCE}`
}
