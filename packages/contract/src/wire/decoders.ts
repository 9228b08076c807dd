/** Turns the JSON of an encoded value back into the value, or answers {@link INVALID}. */
export type Decoder = (json: unknown) => unknown

/** What a decoder answers to JSON that does not encode a value of its type. */
export const INVALID = Symbol('invalid')

const ISO_DATE =
  /^((?:\d{4}|[+-]\d{6})-\d{2}-(\d{2}))(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** What a client may send. superjson knows more types, which no call takes; some let a few bytes claim gigabytes. */
export const inputDecoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['Date', decodeDate],
  ['undefined', (json) => (json === null ? undefined : INVALID)],
])

/** What a server may send: also the numbers that JSON has no word for, which no input of ours takes. */
export const outputDecoders: ReadonlyMap<string, Decoder> = new Map([...inputDecoders, ['number', decodeNumber]])

function decodeDate(json: unknown): unknown {
  if (typeof json !== 'string') return INVALID
  const date = new Date(json)
  if (Number.isNaN(date.getTime())) return INVALID
  return date.toISOString() === json || isCalendarDate(json) ? date : INVALID
}

/** For what was written by hand: `Date` alone would read 30 February as 2 March, and a time without zone as local. */
function isCalendarDate(text: string): boolean {
  const [, day, dayOfMonth] = ISO_DATE.exec(text) ?? []
  return day !== undefined && new Date(day).getUTCDate() === Number(dayOfMonth)
}

function decodeNumber(json: unknown): unknown {
  return json === 'NaN' || json === 'Infinity' || json === '-Infinity' || json === '-0' ? Number(json) : INVALID
}
