import type { AppRouter } from '@taskwire/router'
import type { TRPCLink } from '@trpc/client'
import { attemptLink } from './attempt-link.ts'
import type { ClientLimits } from './calls.ts'
import { type OpenStream, streamOpener } from './changes/stream.ts'
import { headersBy, headersLink } from './headers.ts'
import { type CommonOptions, checkOptions, whyUnreachable } from './options.ts'
import { retryLink } from './retry-link.ts'
import { CLOSED } from './time-limit.ts'
import type { Timing } from './timing.ts'
import { transportLink } from './transport.ts'

/** The way from a client to its server. */
export interface Line {
  /** Where the server answers. */
  readonly endpoint: string
  /** Send a call that has its token. */
  readonly links: TRPCLink<AppRouter>[]
  readonly limits: ClientLimits
  readonly openStream: OpenStream
  /** Ends what is under way; every later call fails. */
  close(): void
}

/** @throws TypeError, RangeError for options that cannot be meant */
export function openLine(
  options: CommonOptions,
  { credentials, timing }: { credentials: 'include' | 'omit'; timing: Timing },
): Line {
  const { endpoint, timeout } = checkOptions(options)
  const fetching = { endpoint, credentials, fetch: options.fetch }
  const headers = headersBy(options.headers)
  // No AbortSignal, of which Node.js says that it leaks when more than ten calls listen to it.
  const underWay = new Set<() => void>()
  let isClosed = false
  return {
    endpoint,
    links: [retryLink(timing.repeat), headersLink(headers), attemptLink(options.onCall), transportLink(fetching)],
    limits: {
      timeout,
      whyNot: () => (isClosed ? new Error(CLOSED) : whyUnreachable(options)),
      onClose(listener) {
        underWay.add(listener)
        return () => underWay.delete(listener)
      },
    },
    openStream: streamOpener({ ...fetching, headers, silence: timing.streamSilence }),
    close() {
      isClosed = true
      for (const end of [...underWay]) end()
    },
  }
}
