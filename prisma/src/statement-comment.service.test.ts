import { expect, test } from 'vitest'
import { openServer } from './server.ts'
import { statementComment } from './statement-comment.ts'
import { fromOrigin } from './statement-observation.ts'
import { freshServerUrl } from './testing/server-url.ts'

test('through a pooler a statement says whose it is, and the server knows', async () => {
  const directUrl = await freshServerUrl()
  const url = new URL(directUrl)
  // The same server under another name counts as a pooler.
  url.searchParams.set('application_name', 'pooled')
  const driver = openServer({ url: url.href, directUrl, dataDir: '', onStatement: () => {} })
  const whose = () =>
    driver.client.$queryRaw<{ query: string }[]>`SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()`
  const origin = { requestId: 'edge-1:42', procedure: 'task.list' }
  const [row] = await fromOrigin(origin, async () => await whose())
  expect(row?.query).toMatch(/\n\/\*procedure='task\.list',request_id='edge-1%3A42'\*\/$/)
  const nobodys = await whose()
  expect(nobodys[0]?.query).not.toContain('/*')
  await driver.client.$transaction((transaction) => transaction.user.count())
  await driver.close()
})

test('what could end a comment makes none', () => {
  for (const requestId of ['a*/; DROP TABLE users; --', "a'b", 'a b', 'a\nb', '', 'x'.repeat(101)]) {
    expect(statementComment({ requestId, procedure: 'task.list' })).toBe('')
    expect(statementComment({ requestId: 'edge-1', procedure: requestId })).toBe('')
  }
})
