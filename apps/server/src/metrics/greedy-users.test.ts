import { expect, test } from 'vitest'
import { createGreedyUsers } from './greedy-users.ts'

test('whoever takes most of the last minute is named, with what most of it went to', () => {
  const users = createGreedyUsers(() => 0)
  users.add({ userId: 'eve', procedure: 'task.get', milliseconds: 9_000 })
  users.add({ userId: 'eve', procedure: 'task.list', milliseconds: 30_000 })
  users.add({ userId: 'ada', procedure: 'task.list', milliseconds: 7_000 })
  users.add({ userId: 'bob', procedure: 'task.list', milliseconds: 5_000 })
  expect(users.latest()).toEqual([
    { userId: 'eve', procedure: 'task.list', seconds: 39 },
    { userId: 'ada', procedure: 'task.list', seconds: 7 },
  ])
})

test('five are named at most', () => {
  const users = createGreedyUsers(() => 0)
  for (let user = 0; user < 1_000; user += 1) {
    users.add({ userId: `${user}`, procedure: 'task.list', milliseconds: 10_000 + user })
  }
  expect(users.latest().map(({ userId }) => userId)).toEqual(['999', '998', '997', '996', '995'])
})

test('what was a minute ago is forgotten', () => {
  let now = 0
  const users = createGreedyUsers(() => now)
  users.add({ userId: 'eve', procedure: 'task.list', milliseconds: 10_000 })
  now = 55_000
  users.add({ userId: 'eve', procedure: 'task.list', milliseconds: 10_000 })
  expect(users.latest()).toMatchObject([{ seconds: 20 }])
  now = 65_000
  expect(users.latest()).toMatchObject([{ seconds: 10 }])
  now = 500_000
  expect(users.latest()).toEqual([])
})
