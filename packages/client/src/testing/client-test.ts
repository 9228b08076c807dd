import { type TestUser, testUser } from '@taskwire/router/testing'
import { test as base, vi } from 'vitest'
import { createSessionClient, createTokenClient } from '../client.ts'
import { defaultTiming, type Timing } from '../timing.ts'
import { testBrowser } from './browser.ts'
import { serveRouter } from './serve-router.ts'

/** Waits of a few milliseconds where a user's client waits for seconds. */
export const quickTiming: Timing = {
  ...defaultTiming,
  repeat: { first: 2, growth: 2, longest: 10 },
  reconnect: { first: 2, growth: 2, longest: 100 },
  refusal: { first: 2, growth: 2, longest: 100 },
  pollInterval: 50,
  // Longer than any test: the machine may be busy.
  patience: 60_000,
  proof: 20,
}

/** A test of a client against the real router. The suite shares one server, and two users who have registered. */
export const test = base
  .extend('limits', { scope: 'file' }, { redis: null, multiplier: 1_000 })
  .extend('server', { scope: 'file' }, async ({ limits }, { onCleanup }) => {
    const server = await serveRouter({ limitStore: limits })
    onCleanup(() => server.close())
    return server
  })
  .extend('ada', { scope: 'file' }, ({ server }) => testUser(server.services))
  .extend('bob', { scope: 'file' }, ({ server }) => testUser(server.services))
  // A user of this test alone, whose changes have the versions from 1 on.
  .extend('newcomer', ({ server }) => testUser(server.services))
  .extend('timing', quickTiming)
  .extend('browser', () => testBrowser())
  // A client with a session, in which nobody is signed in yet.
  .extend('client', ({ server, browser, timing }) =>
    createSessionClient({ url: server.url, fetch: browser.fetch }, timing),
  )
  // A client with Ada's token.
  .extend('tool', ({ server, ada, browser, timing }) =>
    createTokenClient({ url: server.url, token: ada.accessToken, fetch: browser.fetch }, timing),
  )

export function credentials({ email, password }: TestUser) {
  return { email, password }
}

/** Waits until the check passes, however busy the machine is. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 10 })
}
