import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, type ServerProcess, startFromSource } from '@taskwire/config/testing'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { openChangeStream, registeredCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

const OPERATIONS = join(ROOT, 'docs/operations')

let server: ServerProcess
let told: string
beforeAll(async () => {
  server = startFromSource({
    DATABASE_URL: await freshServerUrl(),
    REDIS_URL: inject('testRedisUrl'),
    BCRYPT_COST: '4',
  })
  const url = await server.url
  const ada = await registeredCalls({ url })
  const stream = openChangeStream({ url, token: ada.token })
  await stream.connected
  await ada.mutate('task.create', { json: { title: 'Write' } })
  await ada.query('task.list')
  await ada.query('task.get', { json: { id: 'none' } })
  stream.cut()
  told = await (await fetch(`${url}/metrics`)).text()
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

test('what a server tells is as Prometheus wants it', () => {
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: told, encoding: 'utf8' })
  // Names that prom-client has given since long before there were rules for them.
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_'))
  expect({ complaints, isRead: status === 0 || status === 3 }).toEqual({ complaints: [], isRead: true })
})

test.each(['alerts.yml', 'alerts.test.yml', 'dashboard.json', 'metrics.md'])(
  'every metric that %s names is told by a server',
  (file) => {
    const known = new Set(
      Array.from(told.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, name = '', kind = '']) => seriesOf(name, kind)).flat(),
    )
    const named =
      readFileSync(join(OPERATIONS, file), 'utf8').match(/\b(?:taskwire|nodejs|process)_[a-z\d_]*[a-z\d]\b/g) ?? []
    expect(named.length).toBeGreaterThan(10)
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([])
  },
)

function seriesOf(name: string, kind: string): string[] {
  const parts = { histogram: ['', '_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] }[kind] ?? ['']
  return parts.map((part) => name + part)
}

test('the rules fire when they should, and not when all is well', async () => {
  const promtool = (...command: string[]) => promisify(execFile)('promtool', command, { cwd: OPERATIONS })
  await promtool('check', 'config', '--syntax-only', 'prometheus.yml')
  await promtool('test', 'rules', 'alerts.test.yml')
  const rules = readFileSync(join(OPERATIONS, 'alerts.yml'), 'utf8')
  const tests = readFileSync(join(OPERATIONS, 'alerts.test.yml'), 'utf8')
  const alerts = Array.from(rules.matchAll(/alert: (\w+)/g), ([, name]) => name)
  expect(alerts.filter((name) => !tests.includes(`alertname="${name}"`))).toEqual([])
})
