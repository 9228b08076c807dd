import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { registeredCalls, trpcCalls } from '@taskwire/router/testing'
import { expect } from 'vitest'
import { randomWriter } from './random-writer.ts'
import { readState } from './replica.ts'
import { roamingReader } from './roaming-reader.ts'

interface RandomTraffic {
  users: number
  /** Acknowledged writes in all. */
  writes: number
  /** Requests under way, of ten writes each. */
  atOnce: number
  /** A server; asked for each request and each stream. */
  pickUrl(): string
  /** Something that happens once half of the writes are done. */
  halfway?(): Promise<void>
}

const READERS_PER_USER = 2
/** Milliseconds after the last write, by which every reader has everything. */
const WITHIN = 6_000

/**
 * Writes at random, and follows by streams that are cut and resumed at random: in the end each of their readers has
 * what the database has, and none was told anything twice.
 */
export async function expectReadersToFollow({ users, writes, atOnce, pickUrl, halfway }: RandomTraffic): Promise<void> {
  const tokens = await Promise.all(
    Array.from({ length: users }, async () => (await registeredCalls({ url: pickUrl() })).token),
  )
  const writers = tokens.map((token) => randomWriter({ token }))
  const readers = tokens.flatMap((token) =>
    Array.from({ length: READERS_PER_USER }, () =>
      roamingReader({ token, pickUrl, pickPatience: () => randomInt(50, 2_500) }),
    ),
  )

  let acknowledged = 0
  const writeSome = async () => {
    while (acknowledged < writes) {
      const writer = writers[randomInt(users)]
      // Of a process that is killed nobody knows what became of its last writes, except the database.
      const count = await writer?.write(pickUrl()).catch(() => sleep(100, 0))
      acknowledged += count ?? 0
    }
  }
  const interfere = async () => {
    while (acknowledged < writes / 2) await sleep(20)
    await halfway?.()
  }
  await Promise.all([...Array.from({ length: atOnce }, writeSome), interfere()])
  const lastWrite = performance.now()
  for (const reader of readers) reader.settle()

  const states = await Promise.all(tokens.map((token) => readState(trpcCalls({ url: pickUrl(), token }))))
  await expect
    .poll(() => readers.map(({ replica }) => replica.state()), {
      timeout: WITHIN - (performance.now() - lastWrite),
      interval: 200,
    })
    .toEqual(states.flatMap((state) => Array(READERS_PER_USER).fill(state)))
  await Promise.all(readers.map(({ stop }) => stop()))

  expect(writers.flatMap(({ faults }) => faults)).toEqual([])
  expect(readers.map(({ replica }) => replica.repeats)).toEqual(readers.map(() => 0))
  expect(readers.flatMap(({ reasons }) => reasons)).toEqual([])
}
