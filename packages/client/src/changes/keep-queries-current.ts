import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { TaskwireChanges } from './changes.ts'

export interface KeepQueriesOptions {
  changes: TaskwireChanges
  queryClient: QueryClient
  /** Of what is read again after a change. */
  keys: QueryKey[]
}

/** Milliseconds in which changes gather, so that many at once are one reason to read again. */
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
  // What was read before it has begun may be older.
  const stop = changes.subscribe({ onBegin: readAgain, onChange: readAgain, onReset: readAgain })

  return () => {
    stop()
    clearTimeout(timer)
  }
}
