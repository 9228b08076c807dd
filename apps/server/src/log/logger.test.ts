import { testDatabase } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'

const CANARY = 'canary-6c1f'

/** What would be written to standard output. */
function logged(fields: object): string {
  const lines: string[] = []
  createLogger({ level: 'trace', terminal: false }, { write: (line: string) => lines.push(line) }).error(fields, 'Oh')
  return lines.join('')
}

test.each([
  ['password', { password: CANARY }],
  ['token of an input', { input: { token: CANARY } }],
  ['cookie of a request', { req: { headers: { cookie: CANARY, authorization: CANARY } } }],
  ['refresh token of a request', { req: { headers: { 'taskwire-refresh-token': CANARY } } }],
])('a %s is not written', (_, fields) => {
  expect(logged(fields)).toContain('[Redacted]')
  expect(logged(fields)).not.toContain(CANARY)
})

test.each<[string, Error]>([
  ['of its own', Object.assign(new Error('Refused'), { input: { deep: { down: { password: CANARY } } } })],
  [
    'of its cause',
    new Error('Refused', { cause: Object.assign(new Error('By the driver'), { parameters: [CANARY], token: CANARY }) }),
  ],
  [
    'of the cause of its cause',
    new Error('Refused', { cause: new Error('By the driver', { cause: { password: CANARY } }) }),
  ],
  ['of a command', Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: [CANARY] } })],
  ['of several', new AggregateError([Object.assign(new Error('One'), { detail: `Key (email)=(${CANARY})` })], 'All')],
])('an error is told without the values %s', (_, error) => {
  const line = logged({ err: error })
  expect(line).not.toContain(CANARY)
  expect(JSON.parse(line)).toMatchObject({ err: { message: expect.any(String), stack: expect.any(String) } })
})

test('an error is told with its code and the whole chain of its causes', () => {
  const cause = Object.assign(new TypeError('It broke'), { code: 'EBROKEN' })
  const error = Object.assign(new Error('No answer', { cause }), { code: 'ENOANSWER' })
  const { err } = JSON.parse(logged({ err: error }))
  expect(err).toEqual({
    type: 'Error',
    code: 'ENOANSWER',
    message: 'No answer: It broke',
    stack: expect.stringMatching(/Error: No answer\n[\s\S]+caused by: TypeError: It broke\n/),
  })
})

test('a call that Prisma finds wrong is named, and its arguments are not quoted', async () => {
  const { client } = await testDatabase()
  const data = { email: 'ada@example.com', passwordHash: `${CANARY}\n}\n${CANARY}`, unknown: [CANARY] }
  const error: unknown = await client.user.create({ data }).catch((refusal: unknown) => refusal)
  for (const err of [error, new Error('No account', { cause: error })]) {
    const line = logged({ err })
    expect(line).toContain('Invalid `prisma.user.create()` invocation')
    expect(line).toContain('Unknown argument `unknown`')
    expect(line).not.toContain(CANARY)
  }
})
