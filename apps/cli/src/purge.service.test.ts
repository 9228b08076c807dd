import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { processDatabase } from './testing/command-database.ts'
import { commandProcess } from './testing/command-process.ts'

test('`taskwire purge` ends by itself', async () => {
  await using database = await processDatabase()
  const [program, args, options] = commandProcess(['purge'], database)
  const { stdout, status } = spawnSync(program, args, { ...options, encoding: 'utf8', timeout: 50_000 })
  expect({ stdout, status }).toEqual({
    stdout: 'Removed 0 tasks, 0 tags, 0 sessions and 0 API tokens\n',
    status: 0,
  })
})
