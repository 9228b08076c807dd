import type { FeedStatus } from './connection.ts'
import type { RowChange } from './subscription.ts'

/** What the tab that has the stream tells all tabs of the changes, itself included. */
export type ChangeNews =
  /** A change. There is no other between the version `from` and it. */
  | { type: 'told'; from: number; change: RowChange }
  /** The server is at this version, or a stream has begun there. */
  | { type: 'at'; version: number }
  /** The server no longer knows the changes after the stream's version. */
  | { type: 'lost' }

/** All that it tells them. */
export type FeedNews = ChangeNews | { type: 'status'; status: FeedStatus }

/** The version to continue from after this; undefined: the server's present one. */
export function positionAfter(news: ChangeNews): number | undefined {
  switch (news.type) {
    case 'told':
      return news.change.version
    case 'at':
      return news.version
    case 'lost':
      return undefined
  }
}
