import { createTaskwireClient, isTaskwireError, newId } from '@taskwire/client'

const answers = [
  { result: { data: { json: { dueAt: '2026-12-24T18:00:00.000Z' }, meta: { values: { dueAt: ['Date'] }, v: 1 } } } },
  { error: { json: { code: -32004, message: 'Not found', data: { reason: 'NOT_FOUND' } } } },
]
const client = createTaskwireClient({ url: '', token: 'twk_secret', fetch: async () => Response.json(answers) })

const id = newId()
const [task, failure] = await Promise.allSettled([client.task.get.query({ id }), client.task.get.query({ id })])
process.stdout.write(
  JSON.stringify({
    idLength: id.length,
    dueInYear: task.value.dueAt.getUTCFullYear(),
    known: isTaskwireError(failure.reason),
  }),
)
