/** Which of two texts PostgreSQL puts first, and whether that is certain. */
export interface TextOrder {
  /** Negative: the first one; positive: the second one; 0: they are equal. */
  order: number
  certain: boolean
}

/** Characters that `lower` and the order by code points treat as JavaScript does, whatever the database's locale. */
const ASCII = /^[\0-\x7f]$/

/** Characters that come in this order in every usual locale. Spaces and punctuation do not. */
const PLAIN = /^[a-z0-9]$/

/** Titles are ordered by `lower(title) COLLATE "C"`. */
export function compareTitles(one: string, other: string): TextOrder {
  return compareBy(one, other, ASCII)
}

/** Names of tags are ordered by their key, in the order of the database's locale. */
export function compareNames(one: string, other: string): TextOrder {
  return compareBy(one, other, PLAIN)
}

/** Certain when all characters up to the first that differs are of the kind of which one can be certain. */
function compareBy(one: string, other: string, kind: RegExp): TextOrder {
  if (one === other) return { order: 0, certain: true }
  const [left, right] = [[...one.toLowerCase()], [...other.toLowerCase()]]
  let certain = true
  for (let index = 0; ; index += 1) {
    const [first, second] = [left[index], right[index]]
    if (first === undefined || second === undefined) return { order: left.length - right.length, certain }
    certain &&= kind.test(first) && kind.test(second)
    const order = (first.codePointAt(0) ?? 0) - (second.codePointAt(0) ?? 0)
    if (order !== 0) return { order, certain }
  }
}
