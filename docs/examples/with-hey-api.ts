// TypeScript 5 does the generating, which needs its API; 0.95 of the generator is the last one for Node.js 20.
// npx -y --prefix "$(mktemp -d)" -p typescript@5 -p @hey-api/openapi-ts@0.95.0 openapi-ts -i http://localhost:3000/api/openapi.json -o taskwire
import { createTask, deleteTask, listTasks, register, streamChanges, updateTask } from './taskwire'
import { client } from './taskwire/client.gen'

const [origin = 'http://localhost:3000'] = process.argv.slice(2)
client.setConfig({ baseUrl: `${origin}/api` })

const body = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery staple' }
const { accessToken, user } = (await register({ body, throwOnError: true })).data
console.log('registered:', user.email === body.email)
// The cookie is the business of the browser.
client.setConfig({ auth: ({ in: place }) => (place === 'cookie' ? undefined : accessToken) })

const id = crypto.randomUUID()
const created = await createTask({
  headers: { 'Idempotency-Key': id },
  body: { title: 'Water the plants', dueAt: '2026-12-01T09:00:00+01:00' },
  throwOnError: true,
})
console.log('created:', created.data.id === id, created.data.dueAt)

const listed = await listTasks({ query: { limit: 5, offset: 0, completed: false, withTotal: true } })
console.log(
  'listed:',
  listed.data?.total,
  listed.data?.items.map(({ title }) => title),
)

const headers = { 'If-Match': created.response.headers.get('etag') ?? '*' }
const changed = await updateTask({ path: { id }, headers, body: { title: 'Water the cactus' }, throwOnError: true })
console.log('changed:', changed.data.title)

const late = await updateTask({ path: { id }, headers, body: { title: 'Water the lawn' } })
if (late.error?.reason === 'VERSION_CONFLICT') {
  console.log('too late:', late.error.current.title)
}

const refused = await createTask({ body: { title: '' } })
if (refused.error?.reason === 'VALIDATION_FAILED') {
  console.log(
    'refused:',
    refused.error.issues.map(({ path, message }) => `${path}: ${message}`),
  )
}

const deleted = await deleteTask({ path: { id } })
console.log('deleted:', deleted.response?.status)

const following = new AbortController()
const { stream } = await streamChanges({ query: { since: 0 }, signal: following.signal })
for await (const change of stream) {
  console.log('told:', change.type === 'task' && change.task === null, change.type !== 'reset' && change.deleted)
  following.abort()
}

export const mistakes = [
  // @ts-expect-error: there is no such field
  () => updateTask({ path: { id }, body: { titel: 'Water the plants' } }),
  // @ts-expect-error: nor such an order
  () => listTasks({ query: { sort: 'color' } }),
]
