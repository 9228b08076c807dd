/**
 * For each code of a validation issue the numbers and names that its message speaks of, to say the same in another
 * language. The `label` is what English calls the field, such as `Title`; the field itself is the issue's `path`.
 */
export interface ValidationIssueParams {
  /** It is absent, or empty, and has to be given. */
  REQUIRED: { label: string }
  /** The input has no field of this name. */
  UNKNOWN_FIELD: Record<never, never>
  NOT_AN_OBJECT: Record<never, never>
  NOT_TEXT: { label: string }
  /** A text of more characters. */
  TOO_LONG: { label: string; max: number }
  /** A text of fewer characters. */
  TOO_SHORT: { label: string; min: number }
  /** A text of fewer characters, or of more, once the spaces around it are cut off; or one in which there is nothing to be seen. */
  WRONG_LENGTH: { label: string; min: number; max: number }
  /** A text of more bytes in UTF-8. */
  TOO_MANY_BYTES: { label: string; max: number }
  /** NUL, or half of a surrogate pair. */
  UNSTORABLE_CHARACTERS: { label: string }
  /** The same in a password. */
  UNUSABLE_CHARACTERS: { label: string }
  /** Control characters, a tab or a line feed among them, in a text of one line. */
  NOT_ONE_LINE: { label: string }
  /** A text has lines that end with a carriage return. */
  CARRIAGE_RETURNS: { label: string }
  /** Control characters other than tab and line feed. */
  CONTROL_CHARACTERS: { label: string }
  NOT_AN_EMAIL: { label: string }
  NOT_A_UUID: { label: string }
  NOT_A_LIST_OF_IDS: { label: string }
  /** A list of fewer entries. */
  TOO_FEW: { label: string; min: number }
  /** A list of more entries. */
  TOO_MANY: { label: string; max: number }
  /** No whole number, or one that is out of bounds. */
  NOT_A_WHOLE_NUMBER: { label: string; min: number; max: number }
  NOT_TRUE_OR_FALSE: { label: string }
  NOT_ONE_OF: { label: string; choices: readonly string[] }
  NOT_A_DATE: { label: string }
  /** It has to come after the field that `than` names. */
  NOT_LATER: { label: string; than: string }
  NOT_IN_THE_FUTURE: { label: string }
  NOT_A_COLOR: { label: string; example: string }
  NOT_A_VERSION: { label: string }
  /** The call names what it is about, and none of these fields, of which it takes one at least. */
  NOTHING_TO_CHANGE: { fields: readonly string[] }
  /** A task would have more tags. */
  TOO_MANY_TAGS: { max: number }
  NOT_A_CURSOR: Record<never, never>
  /** The cursor is of a list with another filter or order, or of an earlier version of the server. */
  CURSOR_OF_ANOTHER_LIST: Record<never, never>
  CURSOR_AND_OFFSET: Record<never, never>
  FORWARD_ONLY: Record<never, never>
  /** The password contains the part of the email address before the `@`. */
  PASSWORD_CONTAINS_EMAIL: Record<never, never>
  PASSWORD_TOO_COMMON: Record<never, never>
  PASSWORD_IS_PRODUCT_NAME: Record<never, never>
  /** Why, and what helps: the keys by which zxcvbn-ts has its translations (`@zxcvbn-ts/language-de` and so on). */
  PASSWORD_TOO_EASY: { warning: string | null; suggestions: readonly string[] }
  /** An account of the other sign-in service belongs to another account here. */
  IDENTITY_TAKEN: { subject: string; issuer: string; email: string }
  /** It is wrong in a way that has no code of its own. */
  INVALID: Record<never, never>
}

/** What is wrong with a field. */
export type ValidationIssueCode = keyof ValidationIssueParams

/** What is wrong with a field, and what is to be known of that. */
export type Fault<Code extends ValidationIssueCode = ValidationIssueCode> = {
  [Each in Code]: { code: Each; params: ValidationIssueParams[Each] }
}[Code]

const sentences: { [Code in ValidationIssueCode]: (params: ValidationIssueParams[Code]) => string } = {
  REQUIRED: ({ label }) => `${label} is required`,
  UNKNOWN_FIELD: () => 'Unknown field',
  NOT_AN_OBJECT: () => 'Input must be an object',
  NOT_TEXT: ({ label }) => `${label} must be text`,
  TOO_LONG: ({ label, max }) => `${label} must have at most ${max} characters`,
  TOO_SHORT: ({ label, min }) => `${label} must have at least ${min} characters`,
  WRONG_LENGTH: ({ label, min, max }) => `${label} must have ${min} to ${max} characters`,
  TOO_MANY_BYTES: ({ label, max }) =>
    `${label} is too long: at most ${max} bytes (accented letters and emoji count for several)`,
  UNSTORABLE_CHARACTERS: ({ label }) => `${label} contains characters that cannot be stored`,
  UNUSABLE_CHARACTERS: ({ label }) => `${label} contains characters that cannot be used`,
  NOT_ONE_LINE: ({ label }) => `${label} contains control characters: it is one line, without tabs`,
  CARRIAGE_RETURNS: ({ label }) => `${label} contains carriage returns: end its lines with \\n alone`,
  CONTROL_CHARACTERS: ({ label }) =>
    `${label} contains control characters: of these only tab and line feed are allowed`,
  NOT_AN_EMAIL: () => 'Not a valid email address',
  NOT_A_UUID: ({ label }) => `${label} must be a UUID`,
  NOT_A_LIST_OF_IDS: ({ label }) => `${label} must be a list of ids`,
  TOO_FEW: ({ label, min }) => `${label} must be a list of at least ${min}`,
  TOO_MANY: ({ label, max }) => `At most ${max} ${label.toLowerCase()}`,
  NOT_A_WHOLE_NUMBER: ({ label, min, max }) => `${label} must be a whole number from ${min} to ${max}`,
  NOT_TRUE_OR_FALSE: ({ label }) => `${label} must be true or false`,
  NOT_ONE_OF: ({ label, choices }) => `${label} must be one of ${choices.join(', ')}`,
  NOT_A_DATE: () => 'Not a valid date',
  NOT_LATER: ({ label, than }) => `${label} must be later than ${than.toLowerCase()}`,
  NOT_IN_THE_FUTURE: ({ label }) => `${label} must be in the future`,
  NOT_A_COLOR: ({ label, example }) => `${label} must look like ${example}`,
  NOT_A_VERSION: ({ label }) => `${label} must be a version`,
  NOTHING_TO_CHANGE: ({ fields }) => `Nothing to change: send ${fields.slice(0, -1).join(', ')} or ${fields.at(-1)}`,
  TOO_MANY_TAGS: ({ max }) => `A task has at most ${max} tags`,
  NOT_A_CURSOR: () => 'Not a valid cursor: send the nextCursor of the page before',
  CURSOR_OF_ANOTHER_LIST: () =>
    'The cursor belongs to a list with another sort, order or filter, or to an earlier version: start again without a cursor',
  CURSOR_AND_OFFSET: () => 'Send either cursor or offset, not both',
  FORWARD_ONLY: () => 'Pages go forward only',
  PASSWORD_CONTAINS_EMAIL: () => 'Password must not contain the name in your email address',
  PASSWORD_TOO_COMMON: () => 'Password is too common: it is among the first that anybody would try',
  PASSWORD_IS_PRODUCT_NAME: () => 'Password must not be little more than the name of this product',
  PASSWORD_TOO_EASY: () => 'Password is too easy to guess.',
  IDENTITY_TAKEN: ({ subject, issuer, email }) =>
    `${subject} of ${issuer} has the account ${email}: delete that one first`,
  INVALID: () => 'Not valid',
}

/** All of them. */
export const validationIssueCodes = Object.keys(sentences) as ValidationIssueCode[]

/** The fault in English, for people: it says nothing that the code and its params do not say. */
export function sentenceOf<Code extends ValidationIssueCode>(code: Code, params: ValidationIssueParams[Code]): string {
  return sentences[code](params)
}

/** As much of an issue under way as an error map of zod's works with. */
interface RawIssue {
  input?: unknown
}

/** Says what is wrong with an input. */
export type ErrorMap = (issue: RawIssue) => string

/** An error map for zod, which also leaves the fault on the issue, where `faultOf` finds it. */
export function fault<Code extends ValidationIssueCode>(code: Code, params: ValidationIssueParams[Code]): ErrorMap {
  return (issue) => {
    Object.assign(issue, { fault: { code, params } })
    return sentenceOf(code, params)
  }
}

/** An error map that tells a missing field from one of the wrong kind. */
export function requiredOr(label: string, otherwise: ErrorMap): ErrorMap {
  const required = fault('REQUIRED', { label })
  return (issue) => (issue.input === undefined ? required(issue) : otherwise(issue))
}

/** What `fault` has left on an issue; `INVALID` where another error map has made the message. */
export function faultOf(issue: object): Fault {
  return 'fault' in issue ? (issue.fault as Fault) : { code: 'INVALID', params: {} }
}
