/** How a tab's changes come, as long as somebody is signed in. */
export type FeedStatus = 'connecting' | 'live' | 'polling' | 'offline'

/** What is known of the ways by which changes may come. */
export interface Connection {
  /** The stream has given a sign of life. */
  streamWorks(): void
  /** @param isHopeful it had worked, or something has answered in its place: that is no network that fails */
  streamEnds(isHopeful: boolean): void
  pollSucceeds(): void
  pollFails(): void
  /** Whatever worked works no longer, until it shows that it does. */
  doubt(): void
}

/** Tells the status whenever what is known makes it another one. */
export function createConnection(tell: (status: FeedStatus) => void): Connection {
  let stream: 'opening' | 'works' | 'failed' = 'opening'
  let polls: 'untried' | 'succeed' | 'fail' = 'untried'
  let last: FeedStatus | null = null

  function know(): void {
    const status = statusNow()
    if (status === last) return
    last = status
    tell(status)
  }

  function statusNow(): FeedStatus {
    if (stream === 'works') return 'live'
    if (polls === 'succeed') return 'polling'
    return stream === 'failed' || polls === 'fail' ? 'offline' : 'connecting'
  }

  if (globalThis.navigator?.onLine === false) stream = 'failed'
  know()
  return {
    streamWorks() {
      stream = 'works'
      polls = 'untried'
      know()
    },
    streamEnds(isHopeful) {
      stream = isHopeful ? 'opening' : 'failed'
      know()
    },
    pollSucceeds() {
      polls = 'succeed'
      know()
    },
    pollFails() {
      polls = 'fail'
      know()
    },
    doubt() {
      stream = 'failed'
      polls = 'untried'
      know()
    },
  }
}
