// npm install openapi-fetch && npx -y openapi-typescript http://localhost:3000/api/openapi.json -o taskwire.d.ts
import createClient from 'openapi-fetch'
import type { paths } from './taskwire.d.ts'

const [origin = 'http://localhost:3000'] = process.argv.slice(2)
const api = createClient<paths>({ baseUrl: `${origin}/api` })

const body = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery staple' }
const registered = await api.POST('/auth/register', { body })
if (registered.error) throw new Error(registered.error.detail)
const { accessToken, user } = registered.data
console.log('registered:', user.email === body.email)

api.use({
  onRequest({ request }) {
    request.headers.set('authorization', `Bearer ${accessToken}`)
    return request
  },
})

const id = crypto.randomUUID()
const created = await api.POST('/tasks', {
  params: { header: { 'Idempotency-Key': id } },
  body: { title: 'Water the plants', dueAt: '2026-12-01T09:00:00+01:00' },
})
if (created.error) throw new Error(created.error.detail)
console.log('created:', created.data.id === id, created.data.dueAt)

const listed = await api.GET('/tasks', {
  params: { query: { limit: 5, offset: 0, completed: false, withTotal: true } },
})
console.log(
  'listed:',
  listed.data?.total,
  listed.data?.items.map(({ title }) => title),
)

const path = { id }
const ifMatch = { 'If-Match': created.response.headers.get('etag') ?? '*' }
const changed = await api.PATCH('/tasks/{id}', {
  params: { path, header: ifMatch },
  body: { title: 'Water the cactus' },
})
console.log('changed:', changed.data?.title)

const late = await api.PATCH('/tasks/{id}', { params: { path, header: ifMatch }, body: { title: 'Water the lawn' } })
switch (late.error?.reason) {
  case 'VERSION_CONFLICT':
    console.log('too late:', late.error.current.title)
    break
  case 'VALIDATION_FAILED':
    console.log('refused:', late.error.issues)
    break
  default:
    console.log('failed:', late.error?.detail)
}

const refused = await api.POST('/tasks', { body: { title: '' } })
if (refused.error?.reason === 'VALIDATION_FAILED') {
  console.log(
    'refused:',
    refused.error.issues.map(({ path, message }) => `${path}: ${message}`),
  )
}

const deleted = await api.DELETE('/tasks/{id}', { params: { path } })
console.log('deleted:', deleted.response.status)

const { data: changes } = await api.GET('/changes', { params: { query: { since: 0 } } })
for (const change of changes?.changes ?? []) {
  console.log('told:', change.type === 'task' && change.task === null, change.deleted)
}

export const mistakes = [
  // @ts-expect-error: a task needs a title
  () => api.POST('/tasks', { body: { titel: 'Water the plants' } }),
  // @ts-expect-error: there is no such order
  () => api.GET('/tasks', { params: { query: { sort: 'color' } } }),
]
