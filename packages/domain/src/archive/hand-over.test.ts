import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { freshDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportArchive } from './export-archive.ts'
import { receiveArchive, sendArchive } from './hand-over.ts'
import { passSealedLines } from './seal-lines.ts'
import { fillDatabase } from './testing/rows.ts'

const EVERYTHING = { email: null }

let database: Awaited<ReturnType<typeof freshDatabase>>
let archive: string[]
beforeAll(async () => {
  database = await freshDatabase()
  await fillDatabase(database)
  archive = await collect(exportArchive(database))
})
afterAll(() => database.close())

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = []
  for await (const line of lines) collected.push(line)
  return collected
}

/** Two ends of a connection. */
async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [writer] = (await once(server, 'connection')) as [Socket]
  server.close()
  writer.on('error', () => {})
  return [writer, reader]
}

async function* linesOf(lines: string[], failure?: Error): AsyncGenerator<string> {
  yield* lines
  if (failure !== undefined) throw failure
}

test('an archive comes as it was sent, also while somebody talks in between', async () => {
  const [writer, reader] = await socketPair()
  reader.write('what is this\n'.repeat(10_000))
  const sent = sendArchive(exportArchive(database), writer)
  const received = await collect(receiveArchive(reader, EVERYTHING))
  await sent
  expect(received.slice(1, -1)).toEqual(archive.slice(1, -1))
})

test('one that cannot be made is told so, without what only the log may say', async () => {
  const [writer, reader] = await socketPair()
  const sent = expect(sendArchive(linesOf(archive.slice(0, 5), new Error('secret')), writer)).rejects.toThrow('secret')
  await expect(collect(receiveArchive(reader, EVERYTHING))).rejects.toThrow(
    'The server could not make the archive: see its log',
  )
  await sent
})

test('the last line of one that is cut off or altered is not passed on', async () => {
  const passed: string[] = []
  const pass = async (lines: string[]) => {
    passed.length = 0
    for await (const line of passSealedLines(linesOf(lines), 'everything')) passed.push(line)
  }
  await expect(pass(archive.slice(0, -1))).rejects.toThrow('cut short')
  await expect(pass(archive.with(1, archive[2] ?? ''))).rejects.toThrow('altered')
  expect(passed).not.toContain(archive.at(-1))
  await pass(archive)
  expect(passed).toEqual(archive)
})

test('a reader that takes nothing is left after a while, and the database is free', async () => {
  const [writer, reader] = await socketPair()
  reader.pause()
  async function* endless(): AsyncGenerator<string> {
    for (;;) yield* archive
  }
  await expect(sendArchive(endless(), writer, 500)).rejects.toThrow('Nobody reads the archive any more')
  reader.destroy()
  expect(await database.client.user.count()).toBeGreaterThan(0)
}, 20_000)

test('a server that says nothing is left after a while', async () => {
  const [writer, reader] = await socketPair()
  await expect(collect(receiveArchive(reader, EVERYTHING, 200))).rejects.toThrow('it has said nothing for 0.2 s')
  writer.destroy()
})

test('a server that goes away in the middle is told from an archive that is whole', async () => {
  const [writer, reader] = await socketPair()
  const received = collect(receiveArchive(reader, EVERYTHING))
  writer.write(archive.slice(0, 3).join(''))
  writer.destroy()
  await expect(received).rejects.toThrow('cut short')
})
