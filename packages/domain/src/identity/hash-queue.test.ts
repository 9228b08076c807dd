import { expect, test } from 'vitest'
import { createHashQueue, type HashOwner, type HashQueue } from './hash-queue.ts'

const config = { atOnce: 1, maxWaitingOfAccount: 4, maxWaiting: 40, retryAfter: 2 }
const flooder = { account: 'flooder', network: null }
const honest = { account: 'honest', network: null }

/** Notes in which order work begins, and how each attempt ends; each takes a moment. */
function recorder(queue: HashQueue) {
  const started: string[] = []
  const attempts: Promise<string>[] = []
  return {
    started,
    ended: () => Promise.all(attempts),
    attempt(turn: HashOwner, label = turn.account) {
      const work = async () => {
        started.push(label)
        await new Promise((resolve) => setTimeout(resolve, 1))
        return label
      }
      attempts.push(queue.run(turn, work).catch((error: Error) => error.message))
    },
  }
}

const made = (count: number, network: string) =>
  Array.from({ length: count }, (_, index) => ({ account: `${index}@${network}`, network }))

test('whoever comes after a flood of one account is next', async () => {
  const { attempt, started, ended } = recorder(createHashQueue(config))
  for (let count = 0; count < 5; count += 1) attempt(flooder)
  attempt(honest)
  expect(await ended()).not.toContain('OVERLOADED')
  expect(started.indexOf('honest')).toBe(2)
})

test('whoever comes after a flood of made-up emails of one network is next', async () => {
  const { attempt, started, ended } = recorder(createHashQueue(config))
  for (const turn of made(30, 'attacker')) attempt(turn)
  attempt({ account: 'honest', network: 'elsewhere' })
  await ended()
  expect(started.indexOf('honest')).toBe(2)
})

test('in one network accounts take turns, however much one of them has waiting', async () => {
  const { attempt, started, ended } = recorder(createHashQueue(config))
  for (let count = 0; count < 5; count += 1) attempt({ account: 'flooder', network: 'office' })
  attempt({ account: 'honest', network: 'office' })
  await ended()
  expect(started.indexOf('honest')).toBe(2)
})

test('no more than four of an account wait', async () => {
  const { attempt, ended } = recorder(createHashQueue(config))
  for (let count = 0; count < 10; count += 1) attempt(flooder)
  attempt(honest)
  expect((await ended()).filter((outcome) => outcome === 'OVERLOADED')).toHaveLength(5)
})

test('a queue that one network has filled takes somebody else, and then refuses its latest', async () => {
  const { attempt, ended } = recorder(createHashQueue({ ...config, maxWaiting: 10 }))
  for (const turn of made(11, 'attacker')) attempt(turn)
  for (let count = 0; count < 3; count += 1) attempt(honest, `honest ${count}`)
  attempt({ account: 'one more', network: 'attacker' })
  const outcomes = await ended()
  expect(outcomes.slice(11, 14)).toEqual(['honest 0', 'honest 1', 'honest 2'])
  expect(outcomes.slice(8, 11)).toEqual(Array(3).fill('OVERLOADED'))
  expect(outcomes.at(-1)).toBe('OVERLOADED')
})

test('a queue that nobody has more than their share of is full', async () => {
  const { attempt, ended } = recorder(createHashQueue({ ...config, maxWaiting: 3 }))
  for (const account of ['a', 'b', 'c', 'd', 'late']) attempt({ account, network: null })
  expect(await ended()).toEqual(['a', 'b', 'c', 'd', 'OVERLOADED'])
})

test('work runs as often at once as it may, also after some has failed', async () => {
  const queue = createHashQueue({ ...config, atOnce: 2 })
  let running = 0
  let most = 0
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      queue.run({ account: String(index), network: null }, async () => {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setTimeout(resolve, 1))
        running -= 1
        if (index % 3 === 0) throw new Error('failed')
      }),
    ),
  )
  expect(most).toBe(2)
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(7)
  expect(await queue.run(honest, async () => 'goes on')).toBe('goes on')
})
