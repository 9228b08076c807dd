import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '@taskwire/config/testing'
import { expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'

const test = testWith({})

test('Python goes from a new account to following changes, by the document alone', async ({ server }) => {
  const example = join(ROOT, 'docs/examples/tasks.py')
  // `-B`: leaves nothing behind.
  const { stdout } = await promisify(execFile)('python3', ['-B', example, server.url])
  expect(stdout.trimEnd().split('\n')).toEqual([
    'registered: True',
    'signed in: bearer True',
    'created: 201 True True',
    "listed: 1 ['Water the plants']",
    'unchanged: 304',
    'changed: Water the cactus 2026-12-01T08:00:00.000Z',
    'too late: 412 VERSION_CONFLICT Water the cactus',
    "refused: 400 ['title']",
    'deleted: 204',
    'told: task True True True',
    'renewed: True',
    'signed out: 204',
  ])
})
