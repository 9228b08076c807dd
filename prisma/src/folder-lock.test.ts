import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FolderError } from './folder-error.ts'
import { FolderInUseError, lockFolder } from './folder-lock.ts'
import { openDatabase } from './open-database.ts'
import { preparedDataDir } from './testing/snapshot.ts'
import { type TemporaryFolder, temporaryFolder } from './testing/temporary-folder.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

let temporary: TemporaryFolder
let dataDir: string
const children: ChildProcess[] = []

beforeEach(() => {
  temporary = temporaryFolder()
  dataDir = join(temporary.path, 'data')
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  temporary[Symbol.dispose]()
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Runs a program. @returns once it has printed something, and what */
async function run(program: string, prefix: string[] = []): Promise<{ child: ChildProcess; output: string }> {
  const [command = process.execPath, ...args] = [...prefix, process.execPath]
  const child = spawn(
    command,
    [...args, '--import=tsx', '--conditions=@taskwire/source', '--input-type=module', `--eval=${program}`],
    { cwd: dirname(PACKAGE), env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.push(child)
  const [output] = await once(child.stdout ?? child, 'data')
  return { child, output: String(output) }
}

function canUnshare(): boolean {
  return spawnSync('unshare', ['--map-root-user', '--net', 'true']).status === 0
}

const OPEN_DATABASE = `const { openDatabase } = await import('${import.meta.resolve('./open-database.ts')}')`

const holding = (folder: string) => `
  ${OPEN_DATABASE}
  const database = await openDatabase({ dataDir: ${JSON.stringify(folder)} })
  await database.client.user.create({ data: { email: 'kept@example.com' } })
  console.log('open')
  setInterval(() => {}, 1000)`

// What opens a database takes a second to load, and this a fraction of it.
const locking = (folder: string) => `
  const { lockFolder } = await import('${import.meta.resolve('./folder-lock.ts')}')
  await lockFolder(${JSON.stringify(folder)})
  console.log('locked')
  setInterval(() => {}, 1000)`

const trying = (folders: string[]) => `
  ${OPEN_DATABASE}
  const attempts = ${JSON.stringify(folders)}.map((dataDir) => openDatabase({ dataDir }))
  const outcomes = await Promise.allSettled(attempts)
  console.log(outcomes.map(({ status, reason }) => reason?.message ?? status).join('\\n'))`

test('a second process is refused in one plain sentence, by whatever path it comes; after SIGKILL the folder opens at once, with the data that was acknowledged', async () => {
  cpSync(await preparedDataDir({ migrated: true }), dataDir, { recursive: true })
  const holder = await run(holding(dataDir))
  const link = join(temporary.path, 'link')
  symlinkSync(dataDir, link)
  const { output } = await run(trying([dataDir, link, relative(dirname(PACKAGE), dataDir)]))
  const refusals = output.trimEnd().split('\n')
  expect(refusals).toHaveLength(3)
  for (const refusal of refusals) {
    expect(refusal).toMatch(/^The embedded database in .* is in use by a running server: stop it, or set DATABASE_URL$/)
  }
  await expect(openDatabase({ dataDir })).rejects.toBeInstanceOf(FolderInUseError)

  await kill(holder.child)
  await using database = await openDatabase({ dataDir })
  expect(await database.client.user.findMany({ select: { email: true } })).toEqual([{ email: 'kept@example.com' }])
})

test('closing releases the folder, and so does a database that cannot be opened', async () => {
  cpSync(await preparedDataDir({ migrated: false }), dataDir, { recursive: true })
  const first = await openDatabase({ dataDir })
  await first.close()
  await first.close()
  const second = await openDatabase({ dataDir })
  await second.close()
  const broken = join(temporary.path, 'broken')
  mkdirSync(broken)
  symlinkSync('/dev/null', join(broken, 'postgres'))
  await expect(openDatabase({ dataDir: broken })).rejects.toThrow()
  await (await lockFolder(broken))()
})

test('two folders are two locks', async () => {
  const unlock = await lockFolder(join(temporary.path, 'a'))
  const unlockOther = await lockFolder(join(temporary.path, 'b'))
  await expect(lockFolder(join(temporary.path, 'a'))).rejects.toBeInstanceOf(FolderInUseError)
  await unlock()
  await unlockOther()
  await (await lockFolder(join(temporary.path, 'a')))()
})

test.runIf(canUnshare())('a process in another network namespace, as in a container, is refused', async () => {
  const { child } = await run(locking(dataDir), ['unshare', '--map-root-user', '--net'])
  await expect(lockFolder(dataDir)).rejects.toBeInstanceOf(FolderInUseError)
  await kill(child)
  await (await lockFolder(dataDir))()
})

test.runIf(process.platform === 'linux')('sockets that killed processes left are swept away', async () => {
  for (let killed = 0; killed < 2; killed += 1) await kill((await run(locking(dataDir))).child)
  const sockets = () => readdirSync(dataDir).filter((name) => name.endsWith('.sock'))
  expect(sockets()).toHaveLength(1)
  await (await lockFolder(dataDir))()
  expect(readdirSync(dataDir)).toEqual([])
})

test('a folder whose path is longer than a socket’s may be is locked like any other', async () => {
  const deep = join(dataDir, 'a'.repeat(120))
  const unlock = await lockFolder(deep)
  await expect(lockFolder(deep)).rejects.toBeInstanceOf(FolderInUseError)
  await unlock()
  expect(readdirSync(deep)).toEqual([])
})

test('a folder that cannot be used, or holds what PGlite does not open, is named in one sentence', async () => {
  await expect(openDatabase({ dataDir: '/dev/null/x' })).rejects.toThrow(
    /^\/dev\/null\/x cannot be used \(ENOTDIR: .*\): set DATA_DIR to a folder that may be written, on a disk with room$/,
  )
  mkdirSync(join(dataDir, 'postgres'), { recursive: true })
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '12\n')
  const opening = openDatabase({ dataDir })
  await expect(opening).rejects.toThrow(
    /^The embedded database in .*, made by PostgreSQL 12, cannot be opened \(.*\): .* Move it away .*$/,
  )
  await expect(opening).rejects.toBeInstanceOf(FolderError)
})
