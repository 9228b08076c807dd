import { expect } from 'vitest'
import { testWith } from './testing/fixture.ts'
import { externalIssuer, externalToken, inProcessClient, refusalOf } from './testing/index.ts'

const test = testWith({ externalIssuer })

const password = 'correct horse battery staple'

/** Spellings that a person might take for `kim.office@example.com`, beside that one. */
const lookAlikes: [how: string, email: string][] = [
  ['itself', 'kim.office@example.com'],
  ['capitals', 'KIM.Office@EXAMPLE.com'],
  ['blanks around', '  kim.office@example.com\t\n'],
  ['a no-break space after', 'kim.office@example.com\u00a0'],
  ['a byte order mark before', '\ufeffkim.office@example.com'],
  ['a full-width at', 'kim.office＠example.com'],
  ['a small at', 'kim.office﹫example.com'],
  ['full-width letters', 'ｋｉｍ.ｏｆｆｉｃｅ@ｅｘａｍｐｌｅ.com'],
  ['a full-width stop', 'kim．office@example．com'],
  ['an ideographic stop', 'kim.office@example。com'],
  ['a one-dot leader', 'kim․office@example.com'],
  ['a Kelvin sign', '\u212aim.office@example.com'],
  ['a ligature', 'kim.oﬃce@example.com'],
  ['another ligature', 'kim.oﬀice@example.com'],
  ['mathematical letters', '𝐤𝐢𝐦.office@example.com'],
  ['circled letters', 'ⓚⓘⓜ.office@example.com'],
  ['a superscript', 'kim.offⁱce@example.com'],
  ['a Roman numeral', 'k\u2170m.office@example.com'],
  ['a dotless ı', 'k\u0131m.off\u0131ce@example.com'],
  ['a dotted İ', 'K\u0130M.OFF\u0130CE@EXAMPLE.COM'],
  ['a Cyrillic letter', 'kim.оffice@example.com'],
  ['a Greek letter', 'kim.οffice@example.com'],
  ['a Cherokee capital', 'kim.offi\u13DF\u13AC@example.com'],
  ['a combining accent', 'kim.offi\u0301ce@example.com'],
  ['a zero-width space', 'kim.\u200boffice@example.com'],
  ['a zero-width joiner', 'kim.off\u200dice@example.com'],
  ['a zero-width space after', 'kim.office@example.com\u200b'],
  ['a soft hyphen', 'kim.off\u00adice@example.com'],
  ['a word joiner', 'kim\u2060.office@example.com'],
  ['a right-to-left mark', 'kim.office\u200f@example.com'],
  ['a variation selector', 'kim.office\ufe0f@example.com'],
  ['an invisible tag', 'kim.office\u{e0061}@example.com'],
  ['a Hangul filler', 'kim.office\u3164@example.com'],
  ['NUL', 'kim.office\0@example.com'],
  ['a lone surrogate', 'kim.office\ud800@example.com'],
  ['two dots', 'kim..office@example.com'],
  ['quotes', '"kim.office"@example.com'],
  ['a comment', 'kim.office(office)@example.com'],
  ['a dot after the domain', 'kim.office@example.com.'],
  ['a domain in its own script', 'kim.office@exаmple.com'],
]

const outcomes = ['made', 'EMAIL_TAKEN', 'VALIDATION_FAILED', 'TOKEN_INVALID']

test('one address, in every spelling that looks like it, is one account', async ({ services }) => {
  const counts = new Map<string, number>()
  for (const [how, email] of shuffled(lookAlikes)) {
    const registration = inProcessClient(services).auth.register.mutate({ email, password })
    const bridged = inProcessClient(services, { bearerToken: externalToken({ claims: { email } }) }).auth.me.query()
    for (const outcome of await Promise.all([outcomeOf(registration), outcomeOf(bridged)])) {
      expect([how, outcomes]).toEqual([how, expect.arrayContaining([outcome])])
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    }
  }
  expect(counts.get('made')).toBe(1)
  expect(await services.db.user.findMany({ select: { email: true } })).toEqual([{ email: 'kim.office@example.com' }])
})

test.for(lookAlikes)('%s signs in to that account, or to none', async ([_, email], { services }) => {
  await services.db.user.deleteMany()
  const { user } = await inProcessClient(services).auth.register.mutate({ email: 'kim.office@example.com', password })
  const login = inProcessClient(services).auth.login.mutate({ email, password })
  const outcome = await login.then(
    ({ user: { id } }) => id,
    () => outcomeOf(login),
  )
  expect([user.id, 'VALIDATION_FAILED']).toContain(outcome)
})

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'made',
    async () => (await refusalOf(call)).reason,
  )
}

/** Whichever spelling comes first makes the account. */
function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, rank: Math.random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ value }) => value)
}
