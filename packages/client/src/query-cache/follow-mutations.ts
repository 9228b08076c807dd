import type { Mutation, MutationCacheNotifyEvent, QueryClient } from '@tanstack/react-query'
import { changeMadeBy } from './answers.ts'
import type { AppliedChanges } from './apply-changes.ts'
import { followedQueries, isCached, isFollowed, pendingMutations } from './cached-queries.ts'
import type { News, OwnWrites } from './own-writes.ts'
import type { Rereads } from './rereads.ts'
import type { ToldChanges } from './told-changes.ts'

export interface FollowMutationsOptions {
  queryClient: QueryClient
  writes: OwnWrites
  told: ToldChanges
  applied: AppliedChanges
  rereads: Rereads
}

/** Before everything that has been told. */
const BEGINNING = -1

/**
 * Applies what mutations of this tab answer, and when one has ended what has waited for it.
 *
 * Only mutations whose key is ours count: `mutationOptions()` gives it, or `mutationKey()`. What is changed by a `mutationFn` without it is
 * like a change from elsewhere: it shows when the changes tell of it, and its row may be overwritten meanwhile. The client
 * cannot tell of such a call in time, since the application changes the cache before it makes the call.
 *
 * @returns what ends it
 */
export function followMutations(options: FollowMutationsOptions): () => void {
  const { queryClient, writes, told, applied, rereads } = options

  function takeAnswer(mutation: Mutation): void {
    const change = changeMadeBy(mutation)
    const news = change === null ? null : writes.answer(change)
    if (news !== null) apply([news])
  }

  function apply(news: readonly News[]): void {
    applied.apply(news)
    writes.applied(news)
  }

  function end(mutation: Mutation, { hasAnswer }: { hasAnswer: boolean }): void {
    if (hasAnswer) takeAnswer(mutation)
    // What the application has put back may be older than what was told meanwhile.
    for (const query of followedQueries(queryClient)) {
      if (isCached(queryClient, query)) applied.applyAgain(query, BEGINNING)
    }
    apply(writes.release(mutation))
    writes.end(mutation)
    told.tidy()
    if (pendingMutations(queryClient).length === 0) rereads.release()
  }

  return queryClient.getMutationCache().subscribe((event: MutationCacheNotifyEvent) => {
    const { mutation, type } = event
    if (mutation === undefined || !isFollowed(mutation.options.mutationKey)) return
    const action = type === 'updated' ? event.action.type : type
    if (action === 'pending') writes.begin(mutation)
    else if (action === 'success') end(mutation, { hasAnswer: true })
    else if (action === 'error' || action === 'removed') end(mutation, { hasAnswer: false })
  })
}
