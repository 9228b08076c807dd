import { expect, test } from 'vitest'
import { openCanceller } from './end-late-statements.ts'
import { isTimeout } from './errors.ts'
import { createPool } from './server-pool.ts'
import { freshServerUrl } from './testing/server-url.ts'

const LATE = 'SELECT pg_sleep(1)'
const LONG = `SELECT pg_sleep(1), '${'é'.repeat(1_000)}'`

test.each([
  { what: 'with its own text', running: LATE, late: LATE, ends: true },
  { what: 'with a comment behind it', running: `${LATE}\n/*procedure='task.list'*/`, late: LATE, ends: true },
  { what: 'with a text that the server cuts short', running: LONG, late: LONG, ends: true },
  { what: 'that begins alike and goes on', running: `${LATE} AS of_somebody_else`, late: LATE, ends: false },
  { what: 'that is the beginning of it', running: LATE, late: `${LATE} AS late`, ends: false },
])('a statement $what is ended: $ends', async ({ running, late, ends }) => {
  const url = await freshServerUrl()
  const pool = createPool(url, { max: 2, settings: '' })
  const canceller = openCanceller(url, 0)
  const ended = pool.query(running).then(
    () => false,
    (error) => isTimeout(error),
  )
  const sleeping = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND starts_with(query, '${LATE.slice(0, -1)}')`
  await expect.poll(async () => (await pool.query(sleeping)).rowCount).toBe(1)
  await canceller.cancel(late)
  expect(await ended).toBe(ends)
  await canceller.close()
  await pool.end()
})
