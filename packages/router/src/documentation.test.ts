import { readFileSync } from 'node:fs'
import { type ErrorReason, errorReasons } from '@taskwire/contract'
import { describe, expect, test } from 'vitest'
import { routers } from './app-router.ts'
import type { Access } from './rest-route.ts'
import type { Meta } from './trpc.ts'

const FILES: Record<string, string> = { apiToken: 'api-token' }

/** Why every call of its access can fail: a comment names these, and `fails` does not repeat them. */
const FAILURES_BY_ACCESS: Record<Access, ErrorReason[]> = {
  anyone: [],
  cookie: ['CROSS_SITE'],
  user: [],
  person: ['FORBIDDEN'],
}

/** Why any call can fail: a comment names them where there is more to say. */
const GENERAL_FAILURES = new Set<ErrorReason>(['VALIDATION_FAILED', 'RATE_LIMITED', 'TIMEOUT'])

/** What editors show of a procedure: the comment that stands right above it. */
function documentationOf(group: string, name: string): string {
  const source = readFileSync(new URL(`./${FILES[group] ?? group}.ts`, import.meta.url), 'utf8')
  return new RegExp(`^ {2}/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n {2}${name}: `, 'm').exec(source)?.[1] ?? ''
}

/** Without what makes it a comment, on one line. */
function textOf(documentation: string): string {
  return documentation.replaceAll(/\s*\n\s*\* ?/g, ' ').trim()
}

function reasonsIn(documentation: string): ErrorReason[] {
  return Array.from(documentation.matchAll(/`([A-Z_]+)`/g), ([, reason]) => reason as ErrorReason)
}

const procedures = Object.entries(routers).flatMap(([group, procedures]) =>
  Object.entries<{ _def: { meta?: unknown } }>(procedures).map(([name, { _def }]) => ({
    path: `${group}.${name}`,
    group,
    name,
    meta: (_def.meta ?? {}) as Meta,
  })),
)
const served = procedures.flatMap(({ meta: { rest, access }, ...procedure }) =>
  rest === undefined || access === undefined ? [] : [{ ...procedure, rest, access }],
)

describe.each(procedures)('$path', ({ group, name }) => {
  test('says in an editor what it does, and why it fails', () => {
    const documentation = documentationOf(group, name)
    expect(documentation).toMatch(/[A-Z].+\./)
    expect(errorReasons).toEqual(expect.arrayContaining(reasonsIn(documentation)))
  })
})

describe.each(served)('$path says over REST what it says in an editor', ({ group, name, rest, access }) => {
  const documentation = documentationOf(group, name)

  test('of what it does', () => {
    const [sentence] = textOf(documentation).split(/\.(?: |$)/)
    expect(sentence).toBe(rest.summary)
  })

  test('of why it fails', () => {
    const named = reasonsIn(documentation).filter((reason) => !GENERAL_FAILURES.has(reason))
    const stated = new Set([...(rest.fails ?? []), ...FAILURES_BY_ACCESS[access]])
    expect(named.sort()).toEqual([...stated].sort())
  })
})
