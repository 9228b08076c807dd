import type { TestUser } from '@taskwire/router/testing'
import type { ChangeSubscription } from '../changes/subscription.ts'
import { createTokenClient, type TaskwireTokenClient } from '../client.ts'
import { test as clientTest, quickTiming } from './client-test.ts'
import { recorder } from './recorder.ts'

/** A test of a client that follows changes. */
export const test = clientTest
  // Follows the changes of a client until the test ends.
  .extend('follow', ({ server: _server }, { onCleanup }) => {
    const stops: (() => void)[] = []
    onCleanup(() => {
      for (const stop of stops) stop()
    })
    return <Told extends ChangeSubscription>({ $changes }: TaskwireTokenClient, told: Told): Told => {
      stops.push($changes.subscribe(told))
      return told
    }
  })
  // Another device of the newcomer's: what it has been told, the server has told everybody.
  .extend('witness', ({ server, newcomer, follow }) =>
    follow(createTokenClient({ url: server.url, token: newcomer.accessToken }, quickTiming), recorder(0)),
  )

/** Changes so many things, as on another device. */
export async function write(user: TestUser, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await user.client.task.create.mutate({ title: `Task ${index}` })
}
