import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FolderInUseError, lockFolder } from './folder-lock.ts'
import { openDatabase } from './open-database.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

let temporary: ReturnType<typeof temporaryFolder>
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

/** Runs a program that has `openDatabase` at hand. @returns once it has printed something, and what */
async function run(program: string): Promise<{ child: ChildProcess; output: string }> {
  const child = spawn(
    process.execPath,
    [
      '--import=tsx',
      '--conditions=@taskwire/source',
      '--input-type=module',
      `--eval=import { openDatabase } from ${JSON.stringify(import.meta.resolve('./open-database.ts'))}\n${program}`,
    ],
    { cwd: dirname(PACKAGE), env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.push(child)
  const [output] = await once(child.stdout ?? child, 'data')
  return { child, output: String(output) }
}

const holding = (folder: string) => `
  const database = await openDatabase({ dataDir: ${JSON.stringify(folder)} })
  await database.migrations.up()
  await database.client.user.create({ data: { email: 'kept@example.com' } })
  console.log('open')
  setInterval(() => {}, 1000)`

const trying = (folder: string) => `
  await openDatabase({ dataDir: ${JSON.stringify(folder)} }).then(() => console.log('opened'), (error) => console.log(error.message))`

test('a second process is refused in one plain sentence, by whatever path it comes', async () => {
  await run(holding(dataDir))
  const link = join(temporary.path, 'link')
  symlinkSync(dataDir, link)
  for (const path of [dataDir, link, relative(dirname(PACKAGE), dataDir)]) {
    const { output } = await run(trying(path))
    expect(output).toMatch(
      /^The embedded database in .* is in use by a running server: stop it, or set DATABASE_URL\n$/,
    )
  }
  await expect(openDatabase({ dataDir })).rejects.toBeInstanceOf(FolderInUseError)
})

test('after SIGKILL the folder opens at once, with the data that was acknowledged', async () => {
  const { child } = await run(holding(dataDir))
  await kill(child)
  await using database = await openDatabase({ dataDir })
  expect(await database.client.user.findMany({ select: { email: true } })).toEqual([{ email: 'kept@example.com' }])
})

test('closing releases the folder, and so does a database that cannot be opened', async () => {
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
