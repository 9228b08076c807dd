import { createTaskwireClient } from '../client.ts'
import { isTaskwireError, isUnauthenticated, type TaskwireError } from '../error.ts'
import type { InitialSession } from '../options.ts'

export interface RestoreSessionOptions {
  /** The base URL of the API, as this server reaches it. */
  url: string
  /** The headers of the visitor's request: `await headers()` in Next.js, `request.headers` elsewhere. */
  headers: Pick<Headers, 'get'>
  /**
   * The visitor's address, sent as `X-Forwarded-For` so that limits count visitors apart. The API believes it where its
   * `TRUST_PROXY` counts this server.
   */
  forwardedFor?: string | undefined
  /** Milliseconds to wait for the API; 3 000 when absent. */
  timeout?: number | undefined
  /** Told why the API could not be asked, where the answer is undefined. */
  onError?: (error: TaskwireError) => void
  /** Used in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch
}

/** The cookie of a server on https, and that of one on http. */
const COOKIES = ['__Host-taskwire', 'taskwire']

/** Milliseconds for which a page is held up at most. */
const TIMEOUT = 3_000

/**
 * Asks the API who the visitor is, for a page that is rendered on a server. The session's cookie stays what it is, so that
 * nothing has to be set; the access token lasts two minutes at most, and the browser's client renews it.
 *
 * @returns for `initialSession` of the browser's client, and its `accessToken` for a client that reads what the page
 *   shows; null where nobody is signed in; undefined where the API could not be asked: the browser's client then asks
 * @example
 * const session = await restoreSession({ url: 'http://localhost:3000', headers: await headers() })
 */
export async function restoreSession(options: RestoreSessionOptions): Promise<InitialSession | null | undefined> {
  const { url, headers, forwardedFor, timeout = TIMEOUT, onError, fetch } = options
  const cookie = sessionCookieIn(headers.get('cookie') ?? '')
  if (cookie === null) return null
  const client = createTaskwireClient({
    url,
    timeout,
    ...(fetch && { fetch }),
    headers: { cookie, ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }) },
  })
  try {
    const restored = await client.auth.restore.mutate({ renew: false })
    return restored && { user: restored.user, accessToken: restored.accessToken }
  } catch (error) {
    if (isUnauthenticated(error)) return null
    if (!isTaskwireError(error)) throw error
    onError?.(error)
    return undefined
  } finally {
    client.$close()
  }
}

/** The one cookie that is the API's business, as a `Cookie` header holds it. */
function sessionCookieIn(header: string): string | null {
  const cookies = header.split(/;\s*/).filter((cookie) => COOKIES.some((name) => cookie.startsWith(`${name}=`)))
  return cookies.length === 0 ? null : cookies.join('; ')
}
