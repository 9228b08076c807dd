import { ZxcvbnFactory, type ZxcvbnResult } from '@zxcvbn-ts/core'
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

/**
 * How many guesses a password stands, with advice where those are few. The first call reads the dictionaries, which
 * takes 0.3 s and 25 MB.
 *
 * @param names of the account, which are guessed first
 */
export function estimateStrength(password: string, names: string[]): Pick<ZxcvbnResult, 'guesses' | 'feedback'> {
  estimator ??= new ZxcvbnFactory({
    dictionary: { ...commonDictionary, ...englishDictionary },
    graphs: { qwerty: adjacencyGraphs.qwerty, keypad: adjacencyGraphs.keypad },
    translations,
    maxLength: MAX_LENGTH,
    l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
  })
  return estimator.check(password, [PRODUCT, ...names])
}
