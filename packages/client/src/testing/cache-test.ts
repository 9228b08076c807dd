import { QueryClient } from '@tanstack/react-query'
import type { TaskListResult } from '@taskwire/contract'
import { expect } from 'vitest'
import { newId } from '../new-id.ts'
import { keepCurrent } from '../query-cache/keep-current.ts'
import { defaultRereadTiming } from '../query-cache/rereads.ts'
import { createTaskwireOptions } from '../react/options.ts'
import { test as base, eventually } from './client-test.ts'

const timing = {
  ...defaultRereadTiming,
  gather: 10,
  pause: { first: 100, growth: 2, longest: 1_000 },
  longestHold: 5_000,
  settling: { gather: 0, again: { first: 20, growth: 2, longest: 500 } },
}

const READS = ['task.list', 'task.get', 'tag.list']

/** A test of a cache that is kept current, of a user of this test alone. */
export const test = base
  .extend('account', ({ newcomer }) => newcomer)
  .extend('app', async ({ account, server, browser, client }, { onCleanup }) => {
    await client.$session.signIn({ email: account.email, password: account.password })
    const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    const taskwire = createTaskwireOptions({ client, queryClient })
    const ends: (() => void)[] = []
    const reads = () => READS.reduce((sum, procedure) => sum + browser.count(procedure), 0)
    const keep = (changes = client.$changes) => ends.push(keepCurrent({ changes, queryClient, timing }))
    onCleanup(() => {
      for (const end of ends) end()
      queryClient.clear()
    })
    return {
      server,
      queryClient,
      taskwire,
      ends,
      /** How many requests have read tasks or tags. */
      reads,
      keepCurrent: keep,
      /** Resolves once it has been asked, after the last answer, up to where the changes are told. */
      async settle() {
        const last = (names: string[]) =>
          browser.seen.findLastIndex(({ procedures }) => procedures.some((name) => names.includes(name)))
        await eventually(() => expect(last(['change.list'])).toBeGreaterThan(last(READS)))
        await client.$changes.until(0)
      },
      /** Resolves once what was read before the feed began has been read again. */
      async follow() {
        // What happened last shows nowhere, so that no query can be known to be current.
        const { id } = await account.caller.tag.create({ name: newId() })
        await account.caller.tag.delete({ id })
        const before = reads()
        keep()
        await eventually(() => {
          expect(reads()).toBeGreaterThan(before)
          expect(queryClient.isFetching()).toBe(0)
        })
      },
    }
  })

/** The titles that a page shows, in their order. */
export function titlesOf(page: TaskListResult | undefined): string {
  return page?.items.map(({ title }) => title).join() ?? ''
}
