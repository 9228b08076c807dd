import type { User } from '@taskwire/contract'
import type { ProcedurePath } from './router-types.ts'

/** A call that is about to be sent. */
export interface OutgoingCall {
  /** The procedure: `task.list`. */
  path: string
  type: 'query' | 'mutation' | 'subscription'
}

/** One attempt at a call, when it is over. */
export interface CallAttempt {
  /** The procedure: `task.list`. */
  path: ProcedurePath
  type: 'query' | 'mutation'
  /** How long it took, in milliseconds. */
  ms: number
  /** 1 for the first. */
  attempt: number
  /** What it failed with, mostly a `TaskwireError`; undefined when it was answered. */
  error: unknown
}

/** What clients with a token and clients with a session have in common. */
export interface CommonOptions {
  /**
   * The base URL of the server, with or without a trailing slash: `https://tasks.example.com`. In a browser `''` means
   * the origin of the page, and `/tasks` a path of it.
   */
  url: string
  /** Used in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /**
   * Sent with every call, or asked for before each attempt at one. Calls with different headers do not share a request.
   *
   * @example
   * headers: ({ path }) => ({ 'x-trace': traceOf(path) })
   */
  headers?: HeadersOption
  /**
   * Milliseconds for a call, all its tries together, 30 000 unless you say otherwise; 0 and Infinity: any time. A call that
   * takes longer fails with `TIMED_OUT`; what it was to change may be done nevertheless.
   */
  timeout?: number
  /**
   * Called after each attempt at a call, for logs and measurements. What it throws or rejects with harms no call: browsers
   * report it as an uncaught error, Node.js writes it on the console.
   */
  onCall?(attempt: CallAttempt): void
}

export type HeadersOption =
  | Record<string, string>
  | ((call: OutgoingCall) => Record<string, string> | Promise<Record<string, string>>)

/** Where the server is and how to call it. Without a token the client keeps a session. */
export interface TaskwireClientOptions extends CommonOptions {
  /** Without a token the client keeps a session, by the cookie that the server sets. */
  token?: undefined
  /**
   * The session as a server that renders the page has found it, before or after JSON; null: nobody is signed in. It costs
   * no request.
   */
  initialSession?: InitialSession | SerializedSession | null
  /**
   * Keeps the refresh token where there are no cookies, such as in React Native. The server has to hand it out:
   * `REFRESH_TOKEN_IN_BODY`. Whoever reads the token is signed in: keep it where only this application reads it. A
   * sign-out empties the store at once, also where the server cannot be reached.
   */
  sessionStore?: RefreshTokenStore
}

/** Keeps one text: the refresh token. What it throws is what the call rejects with that needed it. */
export interface RefreshTokenStore {
  /** The token, or nothing where none is kept. Text that is no token counts as nothing. */
  get(): string | null | undefined | Promise<string | null | undefined>
  /** Keeps another token in its place; null: none. */
  set(token: string | null): void | Promise<void>
}

/** Who is signed in, as the answer of `auth.restore` says it. */
export interface InitialSession {
  user: User
  accessToken: string
}

/** The same after JSON, which makes text of its dates. */
export interface SerializedSession {
  user: { [Field in keyof User]: User[Field] extends Date ? string : User[Field] }
  accessToken: string
}

/** A token, or what gives it. */
export type TokenSource = string | (() => string | Promise<string>)

/** The same for a tool that has a token. */
export interface TaskwireTokenClientOptions extends CommonOptions {
  /**
   * An access or API token, sent with every call as `Authorization: Bearer …`; cookies then stay at home. A function is
   * asked for it before each call, and once more when the server has refused the token.
   */
  token: TokenSource
}

/** Milliseconds. */
const DEFAULT_TIMEOUT = 30_000

/** @throws TypeError for a URL, RangeError for a time that cannot be meant */
export function checkOptions({ url, timeout = DEFAULT_TIMEOUT }: CommonOptions): { endpoint: string; timeout: number } {
  if (typeof url !== 'string') throw new TypeError(`url must be the server's base URL as a string, not ${kindOf(url)}`)
  // What precedes an @ may be a password: it is not repeated. In the path an @ is nothing special.
  if (url.includes('@') && !/^(https?:\/\/[^/@:]+(:\d+)?)?\/(?![\s\\/])/i.test(url)) {
    throw new TypeError('url must not hold a user name or a password: it is not repeated here')
  }
  if (!/^(https?:\/\/[^/]|\/(?!\/)|$)/i.test(url)) {
    throw new TypeError(`url must begin with http:// or https://, or be '' for the origin of the page: it is "${url}"`)
  }
  if (/[?#\s\\]/.test(url))
    throw new TypeError(`url must be a base URL, without query, fragment, spaces or backslashes: it is "${url}"`)
  if (/^http/i.test(url) && !isParsable(url)) throw new TypeError(`url must be a URL that can be read: it is "${url}"`)
  if (typeof timeout !== 'number' || !(timeout >= 0)) {
    throw new RangeError(`timeout must be a number of milliseconds, 0 or more: it is ${String(timeout)}`)
  }
  return { endpoint: `${url.replace(/\/+$/, '')}/trpc`, timeout }
}

/** Not every engine can tell: React Native's takes any text. */
function isParsable(url: string): boolean {
  try {
    return globalThis.URL === undefined || new URL(url) !== null
  } catch {
    return false
  }
}

/** What a value is, without showing it: it may be a secret. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

/** Why no call can be made: '' means the origin of the page, and while a server renders there is none. */
export function whyUnreachable({ url, fetch }: CommonOptions): Error | undefined {
  if (/^http/i.test(url) || fetch !== undefined || globalThis.location !== undefined) return undefined
  return new Error(
    `url is "${url}", which means the origin of the page, and there is no page: outside a browser give the whole URL`,
  )
}
