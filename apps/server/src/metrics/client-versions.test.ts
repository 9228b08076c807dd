import { expect, test } from 'vitest'
import { createClientVersions } from './client-versions.ts'

test('a version is learnt from a good call, and known from then on', () => {
  const versions = createClientVersions()
  expect(versions.labelOf('1.2.3', false)).toBe('other')
  expect(versions.labelOf('1.2.3', true)).toBe('1.2.3')
  expect(versions.labelOf('1.2.3', false)).toBe('1.2.3')
  expect(versions.labelOf('2.0.0-beta.1', true)).toBe('2.0.0-beta.1')
  expect(versions.labelOf(undefined, true)).toBe('none')
})

test.each(['', 'none', '1.2', '1.2.3 ', 'v1.2.3', '1.2.3\n', '99999.1.1', `1.2.3-${'a'.repeat(21)}`, '"}', 'other'])(
  '%j is no version',
  (header) => {
    expect(createClientVersions().labelOf(header, true)).toBe('other')
  },
)

test('the twenty-first is one too many', () => {
  const versions = createClientVersions()
  const labels = Array.from({ length: 100 }, (_, patch) => versions.labelOf(`1.0.${patch}`, true))
  expect(new Set(labels).size).toBe(21)
  expect(labels.at(-1)).toBe('other')
  expect(versions.labelOf('1.0.19', true)).toBe('1.0.19')
})
