import { describe, expect } from 'vitest'
import { documentedCommands, runInShell } from '../testing/documented-commands.ts'
import { testWith } from '../testing/fixture.ts'
import { elided, lasting, readAnswer } from '../testing/shown-answer.ts'

const guide = documentedCommands('docs/rest.md')
/** The ids that the guide chooses. */
const fixed = new Set(
  guide.flatMap(({ commands }) => Array.from(commands.matchAll(/^\w+=([\da-f-]{36})$/gm), ([, id = '']) => id)),
)

const test = testWith({ services: { limitStore: { redis: null, multiplier: 1 } } }).extend(
  'printed',
  { scope: 'file' },
  ({ server }) => runInShell(guide.map(({ commands }) => commands.replaceAll('http://localhost:3000', server.url))),
)

const cases = guide.map(({ commands, answer = '' }, index) => ({
  index,
  answer,
  title: commands.trimEnd().split('\n').at(-1),
}))

describe('what docs/rest.md shows is what one gets', () => {
  test.for(cases)('$title', ({ index, answer }, { printed }) => {
    const shown = readAnswer(answer)
    const got = readAnswer(printed[index] ?? '')
    const headers = Object.keys(shown.headers).map((name) => [name, got.headers[name]])
    expect(lasting({ ...got, headers: Object.fromEntries(headers) }, fixed)).toEqual(elided(lasting(shown, fixed)))
  })

  test('and every refusal that a newcomer meets is in it', () => {
    const answers = cases.map(({ answer }) => answer).join('\n')
    for (const reason of [
      'TOKEN_MISSING',
      'EMAIL_TAKEN',
      'TOO_SHORT',
      'TOO_LONG',
      'NOT_TRUE_OR_FALSE',
      'NOT_FOUND',
      'VERSION_CONFLICT',
      'RATE_LIMITED',
    ]) {
      expect(answers).toContain(`"${reason}"`)
    }
  })
})
