import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { connectInFolder, listenInFolder } from './folder-socket.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

describe.skipIf(process.platform === 'win32')('a socket in a folder', () => {
  async function heardIn(folder: string): Promise<string | null> {
    const socket = await connectInFolder(folder)
    return socket && text(socket)
  }

  test('is its owner’s alone, answers, and is gone when it is closed', async () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o777)
    const close = await listenInFolder(folder.path, (socket) => socket.end('hello'))
    expect(readdirSync(folder.path)).toEqual(['owner.sock'])
    expect(lstatSync(join(folder.path, 'owner.sock')).mode & 0o777).toBe(0o600)
    expect(await heardIn(folder.path)).toBe('hello')
    close()
    expect(readdirSync(folder.path)).toEqual([])
    expect(await heardIn(folder.path)).toBe(null)
  })

  test.runIf(process.platform === 'linux')(
    'works however long the folder’s path is, and when it is moved',
    async () => {
      using folder = temporaryFolder()
      const long = join(folder.path, 'x'.repeat(120), 'y'.repeat(120))
      mkdirSync(long, { recursive: true })
      const close = await listenInFolder(long, (socket) => socket.end('hello'))
      expect(await heardIn(long)).toBe('hello')
      const moved = join(folder.path, 'moved')
      renameSync(long, moved)
      expect(await heardIn(moved)).toBe('hello')
      close()
      expect(readdirSync(moved)).toEqual([])
    },
  )

  test('is replaced where a process was killed, and nobody answers there before', async () => {
    using folder = temporaryFolder()
    using other = temporaryFolder()
    const close = await listenInFolder(other.path, () => {})
    renameSync(join(other.path, 'owner.sock'), join(folder.path, 'owner.sock'))
    close()
    expect(await heardIn(folder.path)).toBe(null)
    const closeNext = await listenInFolder(folder.path, (socket) => socket.end('again'))
    expect(await heardIn(folder.path)).toBe('again')
    closeNext()
  })

  test('is not taken for one where a file has its name', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'owner.sock'), 'x')
    expect(await connectInFolder(folder.path)).toBe(null)
  })

  test('hears nothing from a reader that goes away', async () => {
    using folder = temporaryFolder()
    const close = await listenInFolder(folder.path, (socket) => socket.write('x'.repeat(1e6)))
    for (let count = 0; count < 5; count += 1) (await connectInFolder(folder.path))?.destroy()
    close()
  })
})
