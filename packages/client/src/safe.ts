import { isTaskwireError, type TaskwireError } from './error.ts'

/** What a call answered, or the error that it failed with. */
export type SafeResult<Data> =
  | readonly [data: Data, error: undefined]
  | readonly [data: undefined, error: TaskwireError]

/**
 * Waits for a call, and returns its error instead of throwing it. What is no failure of a call is still thrown: the
 * reason of your own abort, or a mistake in a program.
 *
 * @example
 * const [task, error] = await safe(client.task.get.query({ id }))
 * if (error === undefined) show(task)
 * else if (error.reason === 'NETWORK') showOffline()
 */
export async function safe<Data>(call: Promise<Data>): Promise<SafeResult<Data>> {
  try {
    return [await call, undefined]
  } catch (error) {
    if (!isTaskwireError(error)) throw error
    return [undefined, error]
  }
}
