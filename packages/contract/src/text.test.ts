import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isStorable, text, utf8Length } from './text.ts'

describe('a text', () => {
  const title = text({ label: 'Title', min: 1, max: 200 })

  test('is measured in code points after trimming', () => {
    expect(title.parse(`  ${'😀'.repeat(200)}\n`)).toBe('😀'.repeat(200))
    expect(title.safeParse('😀'.repeat(201)).success).toBe(false)
    expect(title.safeParse('é'.repeat(200)).success).toBe(true)
  })

  test.each(['', '   ', '\u00a0\ufeff\u3000\n'])('that is blank (%j) is too short', (blank) => {
    expect(title.safeParse(blank).error?.issues[0]?.message).toBe('Title must have 1 to 200 characters')
  })

  test.each(['a\0b', '\ud800', 'a\udc00b', '\udc00\ud800'])('that cannot be stored (%j) is refused', (value) => {
    expect(title.safeParse(value).error?.issues[0]?.message).toBe('Title contains characters that cannot be stored')
  })

  test.each(['\u200b', '\u2060 \u00ad', '\u202e'])('of which nothing is to be seen (%j) is refused', (value) => {
    expect(title.safeParse(value).error?.issues[0]?.message).toBe('Title must have 1 to 200 characters')
  })

  test.each(['a\tb', 'a\nb', 'a\r\nb', 'a\x1bb', 'a\x7fb', 'a\x80b', 'a\x85b'])(
    'of one line takes no control character, tab and line feed included (%j)',
    (value) => {
      expect(title.safeParse(value).error?.issues[0]?.message).toBe(
        'Title contains control characters: it is one line, without tabs',
      )
    },
  )

  test('is required, and must be text', () => {
    expect(title.safeParse(undefined).error?.issues[0]?.message).toBe('Title is required')
    expect(title.safeParse(7).error?.issues[0]?.message).toBe('Title must be text')
  })

  test('that is accepted has its bounds in code points and is stored unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 150, maxLength: 250 }), (value) => {
        const result = title.safeParse(value)
        const points = [...value.trim()].length
        const visible = /[^\p{Z}\p{C}]/u.test(value)
        const oneLine = !/\p{Cc}/u.test(value.trim())
        expect(result.success).toBe(points >= 1 && points <= 200 && isStorable(value) && oneLine && visible)
        if (result.success) expect(result.data).toBe(value.trim())
      }),
    )
  })
})

describe('a long text', () => {
  const description = text({ label: 'Description', max: 10_000, lines: 'many' })
  const faultOf = (value: string) => description.safeParse(value).error?.issues[0]?.message

  test('keeps its tabs and line feeds', () => {
    expect(description.parse('- one\n\t- two\n\n- three')).toBe('- one\n\t- two\n\n- three')
  })

  test.each(['a\x01b', 'a\x0bb', 'a\x1bb', 'a\x7fb', 'a\x80b', 'a\x9fb'])(
    'takes no other control character (%j)',
    (value) => {
      expect(faultOf(value)).toBe(
        'Description contains control characters: of these only tab and line feed are allowed',
      )
    },
  )

  test.each(['a\r\nb', 'a\rb'])('says how to end its lines (%j)', (value) => {
    expect(faultOf(value)).toBe('Description contains carriage returns: end its lines with \\n alone')
  })

  test('is accepted exactly if no character of it is a control character but tab and line feed', () => {
    const controls = fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code))
    const unit = fc.oneof(controls, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (value) => {
        const allowed = !/[^\P{Cc}\t\n]/u.test(value.trim()) && isStorable(value)
        const result = description.safeParse(value)
        expect(result.success).toBe(allowed)
        if (result.success) expect(result.data).toBe(value.trim())
      }),
      { numRuns: 5_000 },
    )
  })
})

test('UTF-8 length is what an encoder would write', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(utf8Length(value)).toBe(new TextEncoder().encode(value).length)
    }),
  )
})
