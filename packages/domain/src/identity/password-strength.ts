import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as commonDictionary } from '@zxcvbn-ts/language-common'
import { dictionary as englishDictionary, translations } from '@zxcvbn-ts/language-en'

/**
 * Characters that are looked at. What follows can only make a password stronger, and the time grows with them: 20 take
 * 10 ms of a core, 72 with the substitutions that zxcvbn tries by default 1.3 s.
 */
const MAX_LENGTH = 20
const MAX_SUBSTITUTIONS = 2

/** The product's name, which is what anybody would try here. */
export const PRODUCT = 'taskwire'

let estimator: ZxcvbnFactory | undefined

/** Why a password is weak and what helps, as keys of zxcvbn's translations. */
export interface Weakness {
  warning: string | null
  suggestions: string[]
}

/**
 * How many guesses a password stands, with its weakness where those are few. The first call reads the dictionaries, which
 * takes 0.3 s and 25 MB.
 *
 * @param names of the account, which are guessed first
 */
export function estimateStrength(password: string, names: string[]): Weakness & { guesses: number } {
  estimator ??= new ZxcvbnFactory({
    dictionary: { ...commonDictionary, ...englishDictionary },
    graphs: { qwerty: adjacencyGraphs.qwerty, keypad: adjacencyGraphs.keypad },
    maxLength: MAX_LENGTH,
    l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
  })
  const { guesses, feedback } = estimator.check(password, [PRODUCT, ...names])
  return { guesses, warning: feedback.warning, suggestions: feedback.suggestions }
}

/** The same in English sentences. */
export function adviceOf({ warning, suggestions }: Weakness): string[] {
  const warnings: Record<string, string> = translations.warnings
  const hints: Record<string, string> = translations.suggestions
  return [warning === null ? undefined : warnings[warning], ...suggestions.map((key) => hints[key])].filter(
    (sentence) => sentence !== undefined,
  )
}
