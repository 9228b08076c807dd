import { type ChangeStream, openChangeStream } from '@taskwire/router/testing'
import { createReplica, type Replica } from './replica.ts'

/** A device that loses its connection now and then, and goes on at another server from the last version that arrived. */
export interface RoamingReader {
  readonly replica: Replica
  /** How often it has connected. */
  readonly connections: number
  /** Why servers have ended its streams. */
  readonly reasons: readonly string[]
  /** Keeps the connection from now on, as long as it lasts. */
  settle(): void
  stop(): Promise<void>
}

interface RoamingOptions {
  token: string
  /** Where to connect; asked each time. */
  pickUrl(): string
  /** Milliseconds for which a connection is kept; asked each time. */
  pickPatience(): number
}

const RECONNECT_AFTER = 50

export function roamingReader({ token, pickUrl, pickPatience }: RoamingOptions): RoamingReader {
  const replica = createReplica()
  const reasons: string[] = []
  let stream: ChangeStream | undefined
  let cutting: NodeJS.Timeout | undefined
  let connections = 0
  let settled = false
  let stopped = false

  async function read(): Promise<void> {
    while (!stopped) {
      connections += 1
      stream = openChangeStream({ url: pickUrl(), token, since: replica.version, onChange: replica.apply })
      if (!settled) cutting = setTimeout(stream.cut, pickPatience())
      const end = await stream.ended
      clearTimeout(cutting)
      if (end.by === 'server') reasons.push(end.reason ?? 'ended')
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_AFTER))
    }
  }

  const reading = read()
  return {
    replica,
    reasons,
    get connections() {
      return connections
    },
    settle() {
      settled = true
      clearTimeout(cutting)
    },
    async stop() {
      stopped = true
      stream?.cut()
      await reading
    },
  }
}
