import type { EndedStatement } from '@taskwire/prisma'
import { expect, test } from 'vitest'
import { recordedLog } from '../testing/recorded-log.ts'
import { logStatements } from './slow-statements.ts'

function listening(level: string) {
  const { logger, log } = recordedLog(level)
  return { log, listener: logStatements(logger, { slow: 500 }) }
}

const statement: EndedStatement = {
  sql: 'SELECT *\n  FROM tasks\n  WHERE user_id = $1',
  milliseconds: 812.34,
  error: undefined,
  origin: { requestId: 'edge-1', procedure: 'task.list' },
  backend: 4711,
}

test('a slow statement is told with its SQL, its request and the server’s process', () => {
  const { log, listener } = listening('info')
  listener(statement)
  expect(log).toMatchObject([
    {
      level: 40,
      req: { id: 'edge-1' },
      procedure: 'task.list',
      milliseconds: 812.3,
      backend: 4711,
      sql: 'SELECT * FROM tasks WHERE user_id = $1',
      msg: 'A statement took 812 ms',
    },
  ])
})

test('where every statement is slow, one line in a while says so', () => {
  const { log, listener } = listening('info')
  for (let time = 0; time < 1_000; time += 1) listener(statement)
  expect(log).toHaveLength(1)
})

test('a fast one is told of to whoever debugs', () => {
  const fast = { ...statement, milliseconds: 1.5 }
  const { log, listener } = listening('info')
  listener(fast)
  expect(log).toEqual([])
  const debugging = listening('debug')
  debugging.listener(fast)
  expect(debugging.log).toMatchObject([{ level: 20, req: { id: 'edge-1' }, procedure: 'task.list', backend: 4711 }])
})

test('a long one is shortened', () => {
  const { log, listener } = listening('info')
  listener({ ...statement, sql: `SELECT ${'x, '.repeat(5_000)}` })
  expect(JSON.stringify(log).length).toBeLessThan(1_500)
})
