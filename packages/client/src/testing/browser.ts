/** A request that a test has seen. */
export interface SeenRequest {
  url: URL
  /** The names of the procedures that it calls. */
  procedures: string[]
  /** Its Authorization header. */
  authorization: string | null
  headers: Headers
}

/** A `fetch` that keeps cookies, as a browser has it, and whose network a test can disturb. */
export interface TestBrowser {
  readonly fetch: typeof fetch
  readonly seen: SeenRequest[]
  /** Of the answers of the server. */
  readonly statuses: number[]
  /** The cookie as it would be sent, or ''. */
  cookie: string
  /** It keeps no cookie, as browsers do for a page of another site. */
  blocksCookies: boolean
  /** Called before each request. What it returns is the answer; undefined: the request goes to the server. */
  disturb: (procedures: string[]) => Promise<Response | undefined> | Response | undefined
  /** Makes requests of this procedure wait. @returns what lets them go on */
  holdBack(procedure: string): () => void
  /** How many requests called this procedure. */
  count(procedure: string): number
}

export function testBrowser(): TestBrowser {
  const browser: TestBrowser = {
    seen: [],
    statuses: [],
    cookie: '',
    blocksCookies: false,
    disturb: () => undefined,
    holdBack(procedure) {
      let release = () => {}
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      browser.disturb = async (procedures) => {
        if (procedures.includes(procedure)) await released
        return undefined
      }
      return release
    },
    count: (procedure) => browser.seen.filter(({ procedures }) => procedures.includes(procedure)).length,
    async fetch(input, init) {
      const url = new URL(String(input))
      const procedures = url.pathname.replace('/trpc/', '').split(',')
      const headers = new Headers(init?.headers)
      browser.seen.push({ url, procedures, authorization: headers.get('authorization'), headers })
      if (init?.signal?.aborted) throw new Error('Aborted before it was sent')
      const disturbance = await browser.disturb(procedures)
      if (disturbance !== undefined) return disturbance
      if (browser.cookie !== '' && init?.credentials !== 'omit') headers.set('cookie', browser.cookie)
      const response = await fetch(input, { ...init, headers })
      browser.statuses.push(response.status)
      if (browser.blocksCookies || init?.credentials === 'omit') return response
      for (const cookie of response.headers.getSetCookie()) browser.cookie = cookie.replace(/=?;.*/, '')
      return response
    },
  }
  return browser
}

/** What the server answers to a single call that it refuses. */
export function refusal(
  reason: string,
  { httpStatus, ...details }: { httpStatus: number; retryAfter?: number },
): Response {
  const data = { code: 'CODE', httpStatus, reason, requestId: 'test', ...details }
  return Response.json({ error: { json: { code: -32000, message: reason, data } } }, { status: httpStatus })
}
