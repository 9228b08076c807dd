import { readFileSync } from 'node:fs'
import { errorReasons } from '@taskwire/contract'
import { describe, expect, test } from 'vitest'
import { routers } from './app-router.ts'

const FILES: Record<string, string> = { apiToken: 'api-token' }

/** What editors show of a procedure: the comment that stands right above it. */
function documentationOf(group: string, name: string): string {
  const source = readFileSync(new URL(`./${FILES[group] ?? group}.ts`, import.meta.url), 'utf8')
  return new RegExp(`^ {2}/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n {2}${name}: `, 'm').exec(source)?.[1] ?? ''
}

const procedures = Object.entries(routers).flatMap(([group, procedures]) =>
  Object.keys(procedures).map((name) => [group, name] as const),
)

describe.each(procedures)('%s.%s', (group, name) => {
  test('says in an editor what it does, and why it fails', () => {
    const text = documentationOf(group, name)
    expect(text).toMatch(/[A-Z].+\./)
    const reasons = Array.from(text.matchAll(/`([A-Z_]+)`/g), ([, reason]) => reason)
    expect(errorReasons).toEqual(expect.arrayContaining(reasons))
  })
})
