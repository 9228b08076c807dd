import { type Finding, ok } from '@taskwire/prisma'
import { everySecond } from '../every-second.ts'
import type { Examination } from './examination.ts'

/** Users whose rows are counted in one statement: a statement has 5 s. */
const USERS_AT_ONCE = 20
/** Milliseconds after which no more are counted, unless all are to be. */
const PATIENCE = 3_000

type Client = Examination['database']['client']

/** The counters behind the quotas, which triggers keep, against the rows. */
export async function checkRowCounts(
  { database: { client }, thorough, progress }: Pick<Examination, 'database' | 'thorough' | 'progress'>,
  patience = PATIENCE,
): Promise<Finding> {
  const wrong: string[] = []
  let users = 0
  const tell = everySecond((counted: number) => progress(`Counted the rows of ${counted} users`))
  const end = thorough ? Number.POSITIVE_INFINITY : performance.now() + patience
  for (let after: string | null = null; ; ) {
    const counted = await countUsers(client, after)
    users += counted.length
    wrong.push(...counted.filter(({ right }) => !right).map(({ id }) => id))
    after = counted.at(-1)?.id ?? null
    if (counted.length < USERS_AT_ONCE) return judge(wrong, `all ${users} users`)
    if (performance.now() >= end) return judge(wrong, `the first ${users} users`, 'count all by --thorough')
    tell(users)
  }
}

function judge(wrong: string[], whose: string, hint?: string): Finding {
  const [first] = wrong
  if (first === undefined) return { ...ok(`those of ${whose} are right`), ...(hint !== undefined && { hint }) }
  return {
    grade: 'FAIL',
    says: `those of ${wrong.length} of ${whose} are wrong, so that their quotas are`,
    hint: `run the SQL ${wrong.length === 1 ? `SELECT recount_user('${first}')` : 'SELECT recount_user(id) FROM users'}`,
  }
}

async function countUsers(client: Client, after: string | null): Promise<{ id: string; right: boolean }[]> {
  return client.$queryRaw`
    SELECT id, (live_tasks, deleted_tasks, live_tags, deleted_tags) = (
      (SELECT count(*) FROM tasks WHERE user_id = users.id AND deleted_at IS NULL),
      (SELECT count(*) FROM tasks WHERE user_id = users.id AND deleted_at IS NOT NULL),
      (SELECT count(*) FROM tags WHERE user_id = users.id AND deleted_at IS NULL),
      (SELECT count(*) FROM tags WHERE user_id = users.id AND deleted_at IS NOT NULL)
    ) AS right
    FROM users WHERE coalesce(id > ${after}::uuid, true) ORDER BY id LIMIT ${USERS_AT_ONCE}`
}
