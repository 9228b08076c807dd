import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { draftFolder, hasEmbeddedDatabase, putDraftInPlace, settleFolders } from './embedded-folders.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

/** A folder with databases of these names, each of which holds what it is. */
function folderWith(databases: Record<string, string>) {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(databases)) {
    mkdirSync(join(folder.path, name))
    writeFileSync(join(folder.path, name, 'content'), content)
  }
  return folder
}

function contentOf(path: string): string {
  return readFileSync(join(path, 'content'), 'utf8')
}

// Whatever was done when the process was killed, the next start finds one of the two, and nothing of the rest.
test.each([
  ['while the new one is made', { postgres: 'old', 'postgres.draft': 'half' }, 'old'],
  ['before the old one is put aside', { postgres: 'old', 'postgres.next': 'new' }, 'old'],
  ['after the old one is put aside', { 'postgres.before-2026': 'old', 'postgres.next': 'new' }, 'new'],
  ['at the end', { 'postgres.before-2026': 'old', postgres: 'new' }, 'new'],
  ['while the first one is made', { 'postgres.draft': 'half' }, null],
])('a restore that is killed %s leaves a database that is whole', (_when, databases, kept) => {
  using folder = folderWith(databases)
  settleFolders(folder.path)
  expect(hasEmbeddedDatabase(folder.path)).toBe(kept !== null)
  if (kept !== null) expect(contentOf(join(folder.path, 'postgres'))).toBe(kept)
  expect(readdirSync(folder.path)).not.toContain('postgres.next')
  expect(existsSync(draftFolder(folder.path))).toBe(false)
})

test('what was there is kept under the time at which it was replaced', () => {
  using folder = folderWith({ postgres: 'old', 'postgres.draft': 'new' })
  const kept = putDraftInPlace(folder.path, new Date('2026-11-22T03:04:05.678Z'))
  expect(kept).toBe(join(folder.path, 'postgres.before-2026-11-22T03-04-05Z'))
  expect(contentOf(kept ?? '')).toBe('old')
  expect(contentOf(join(folder.path, 'postgres'))).toBe('new')
})

test('where nothing was there, nothing is kept', () => {
  using folder = folderWith({ 'postgres.draft': 'new' })
  expect(putDraftInPlace(folder.path)).toBe(null)
  expect(readdirSync(folder.path)).toEqual(['postgres'])
})
