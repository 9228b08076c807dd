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

  test('and nothing that it needs to show is left out', () => {
    const statuses = new Set(cases.map(({ answer }) => /^HTTP\/1.1 (\d+)/.exec(answer)?.[1]))
    for (const status of [200, 201, 204, 304, 400, 401, 403, 404, 409, 412, 429]) {
      expect(statuses).toContain(String(status))
    }
  })
})
