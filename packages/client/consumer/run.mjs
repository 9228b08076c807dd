import { createTaskwireClient, isTaskwireError, newId } from '@taskwire/client'
import { createMockClient, taskwireError } from '@taskwire/client/testing'

const answers = [
  { result: { data: { json: { dueAt: '2026-12-24T18:00:00.000Z' }, meta: { values: { dueAt: ['Date'] }, v: 1 } } } },
  { error: { json: { code: -32004, message: 'Not found', data: { reason: 'NOT_FOUND' } } } },
]
const client = createTaskwireClient({ url: '', token: 'twk_secret', fetch: async () => Response.json(answers) })
const mock = createMockClient({ 'auth.me': () => Promise.reject(taskwireError('TOKEN_EXPIRED')) })

const id = newId()
const [task, failure] = await Promise.allSettled([client.task.get.query({ id }), client.task.get.query({ id })])
const [refusal] = await Promise.allSettled([mock.auth.me.query()])
process.stdout.write(
  JSON.stringify({
    idLength: id.length,
    dueInYear: task.value.dueAt.getUTCFullYear(),
    known: isTaskwireError(failure.reason),
    // By the one entry point made, by the other known.
    mocked: isTaskwireError(refusal.reason),
  }),
)
