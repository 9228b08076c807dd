import type { TaskwireChanges } from '../changes/changes.ts'
import type { ChangeSubscription, RowChange } from '../changes/subscription.ts'

/** Changes that come when a test says so, however late that is. */
export interface HandMadeFeed {
  changes: TaskwireChanges
  /** The version that the server is at: with it later subscriptions begin. */
  version: number
  /** Begins for the first subscriber. */
  begin(version: number): void
  /** Tells the first subscriber. */
  tell(changes: readonly RowChange[]): void
  /** Up to which the first subscriber has been told. */
  readonly told: number
  /** How many subscriptions there have been beside the first one. */
  readonly questions: number
}

export function handMadeFeed(): HandMadeFeed {
  let subscriber: ChangeSubscription | undefined
  const feed = {
    version: 0,
    told: 0,
    questions: 0,
    changes: {
      status: 'live',
      onStatus: () => () => {},
      subscribe(subscription) {
        if (subscriber === undefined) subscriber = subscription
        else {
          queueMicrotask(() => {
            subscription.onBegin?.({ version: feed.version })
            feed.questions += 1
          })
        }
        return () => {}
      },
      until: () => Promise.resolve(),
    } satisfies TaskwireChanges,
    begin(version: number) {
      feed.version = feed.told = version
      subscriber?.onBegin?.({ version })
    },
    tell(changes: readonly RowChange[]) {
      const version = changes.at(-1)?.version ?? feed.told
      feed.told = version
      feed.version = Math.max(feed.version, version)
      subscriber?.onBatch?.(changes, { version, caughtUp: true })
    },
  }
  return feed
}
