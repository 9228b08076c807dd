import { expect, test } from 'vitest'
import { createClientVersions } from './client-versions.ts'

test('a version is learnt from a good call, and known from then on', () => {
  const versions = createClientVersions()
  expect(versions.labelOf('1.2.3', null)).toBe('other')
  expect(versions.labelOf('1.2.3', 'ada')).toBe('1.2.3')
  expect(versions.labelOf('1.2.3', null)).toBe('1.2.3')
  expect(versions.labelOf('2.0.0-beta.1', 'ada')).toBe('2.0.0-beta.1')
  expect(versions.labelOf(undefined, 'ada')).toBe('none')
})

test.each(['', 'none', '1.2', '1.2.3 ', 'v1.2.3', '1.2.3\n', '99999.1.1', `1.2.3-${'a'.repeat(21)}`, '"}', 'other'])(
  '%j is no version',
  (header) => {
    expect(createClientVersions().labelOf(header, 'ada')).toBe('other')
  },
)

test('the twenty-first is one too many', () => {
  const versions = createClientVersions()
  const labels = Array.from({ length: 100 }, (_, patch) => versions.labelOf(`1.0.${patch}`, `user ${patch}`))
  expect(new Set(labels).size).toBe(21)
  expect(labels.at(-1)).toBe('other')
  expect(versions.labelOf('1.0.19', 'ada')).toBe('1.0.19')
})

test('one user alone makes up three at most', () => {
  const versions = createClientVersions()
  const labels = Array.from({ length: 100 }, (_, patch) => versions.labelOf(`1.0.${patch}`, 'mallory'))
  expect(new Set(labels)).toEqual(new Set(['1.0.0', '1.0.1', '1.0.2', 'other']))
  expect(versions.labelOf('2.0.0', 'ada')).toBe('2.0.0')
})
