import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { explainOldNode } from './node-version.ts'

const ROOT = new URL('../../../', import.meta.url)

test.each(['18.20.8', '20.18.3', '16.0.0'])('Node.js %s is refused in a sentence', (version) => {
  expect(explainOldNode(version)).toBe(`Taskwire needs Node.js 20.19 or later, and this is ${version}`)
})

test.each(['20.19.0', '20.20.2', '22.0.0', '24.11.1', process.versions.node])('Node.js %s will do', (version) => {
  expect(explainOldNode(version)).toBeUndefined()
})

test('it is the version that package.json asks for, and the scripts of the workspace ask for the same', () => {
  const { engines } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))
  expect(explainOldNode('18.0.0')).toContain(`Node.js ${engines.node.slice('>='.length)} or later`)
  const asOld = `Object.defineProperty(process.versions, 'node', { value: '18.20.8' })`
  const script = fileURLToPath(new URL('prisma/generate.mjs', ROOT))
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(asOld)}`, script],
    { encoding: 'utf8' },
  )
  expect({ status, stderr }).toEqual({ status: 1, stderr: `${explainOldNode('18.20.8')}\n` })
})
