/** An instant, and what the wire format says of it. */
const BYTES_OF_INSTANT = 60
const BYTES_OF_NUMBER = 8
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** About as many bytes as an answer has on its way. Text is counted exactly, and nothing is written to count it. */
export function bytesInJson(value: unknown): number {
  if (typeof value === 'string') return 2 + (PLAIN.test(value) ? value.length : bytesOfText(value))
  if (typeof value !== 'object' || value === null) return BYTES_OF_NUMBER
  if (value instanceof Date) return BYTES_OF_INSTANT
  let bytes = 2
  if (Array.isArray(value)) for (const element of value) bytes += bytesInJson(element) + 1
  else for (const [key, element] of Object.entries(value)) bytes += key.length + bytesInJson(element) + 4
  return bytes
}

/** With what JSON escapes: a control character becomes six bytes, a quote two. */
function bytesOfText(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2
}
