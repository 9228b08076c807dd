import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { TaskwireChanges } from './changes.ts'

export interface KeepQueriesOptions {
  changes: TaskwireChanges
  queryClient: QueryClient
  /** The keys of the queries to read again after a change. */
  keys: QueryKey[]
}

/** Milliseconds to wait for more changes, so that many at once cause one read. */
const GATHERING = 100

/** Has what is cached read again after each change, on whichever device it was made. @returns what ends that */
export function keepQueriesCurrent({ changes, queryClient, keys }: KeepQueriesOptions): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined

  const readAgain = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      for (const queryKey of keys) queryClient.invalidateQueries({ queryKey })
    }, GATHERING)
  }
  // What was read before the subscription began may be out of date.
  const stop = changes.subscribe({ onBegin: readAgain, onChange: readAgain, onReset: readAgain })

  return () => {
    stop()
    clearTimeout(timer)
  }
}
