import { Prisma } from '@taskwire/prisma'
import { taskTags } from './task/read-tasks.ts'

/** Bytes of JSON that the rows of one page may take. */
export const PAGE_BYTES = 1_000_000

/** More bytes of JSON than one task takes, however much it holds. */
export const TASK_BYTES = 100_000

/** Bytes of JSON that the answers to all calls of one request may take. */
export const ANSWER_BYTES = 4_000_000

/** More than a row takes beside its text: keys, ids, instants, and what the wire format says of them. */
const BYTES_BESIDE_TEXT = Prisma.raw('600')
const BYTES_OF_TAG_BESIDE_NAME = Prisma.raw('300')

/** But tab and line feed: those take two bytes. */
const CONTROL_CHARACTER = Prisma.raw(String.raw`'[\x01-\x08\x0b-\x1f]'`)

interface Cut {
  /** The order of the rows, as they come. */
  order: Prisma.Sql
  /** Their columns of text. */
  texts: Prisma.Sql[]
  pageBytes: number
}

/**
 * In SQL: of these rows as many as a page has bytes for, and the first in any case, with the `tags` of each task. `more`
 * says whether another row follows, on the page or after it. The database sends what is on the page and nothing else.
 */
export function cutPage(rows: Prisma.Sql, { order, texts, pageBytes }: Cut): Prisma.Sql {
  const before = Prisma.sql`(ORDER BY ${order} ROWS UNBOUNDED PRECEDING)`
  const fits = (bytes: Prisma.Sql) => Prisma.sql`
    sum(${bytes} + ${BYTES_BESIDE_TEXT}) OVER ${before} <= ${Prisma.raw(String(pageBytes))} OR row_number() OVER ${before} = 1`
  // First by the length of the text, which PostgreSQL knows without reading it: writing all of it as JSON took seconds.
  return Prisma.sql`
    SELECT *
    FROM (
      SELECT *, ${fits(Prisma.sql`${sumOf(texts, jsonBytes)} + octet_length(tags::text)`)} AS "fitsAsJson"
      FROM (
        SELECT *, ${taskTags}
        FROM (
          SELECT *, ${fits(sumOf(texts, textBytes))} AS "fitsAsText", lead(true) OVER ${before} IS NOT NULL AS more
          FROM (${rows}) found
        ) task
        WHERE "fitsAsText"
        ORDER BY ${order}
      ) tagged
    ) task
    WHERE "fitsAsJson"
    ORDER BY ${order}`
}

/** In SQL: whether one request may be answered with all of these tags. */
export const allTagsFit = Prisma.sql`
  sum(${jsonBytes(Prisma.sql`name`)} + ${BYTES_OF_TAG_BESIDE_NAME}) OVER () <= ${Prisma.raw(String(ANSWER_BYTES))}`

function sumOf(texts: Prisma.Sql[], bytesOf: (text: Prisma.Sql) => Prisma.Sql): Prisma.Sql {
  return Prisma.join(
    texts.map((text) => Prisma.sql`coalesce(${bytesOf(text)}, 0)`),
    ' + ',
  )
}

function textBytes(text: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`octet_length(${text})`
}

/** Six for a control character. PostgreSQL is slow to write them: where there is one, each character counts as such. */
function jsonBytes(text: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${text} COLLATE "C" ~ ${CONTROL_CHARACTER}
    THEN 6 * octet_length(${text}) ELSE octet_length(to_json(${text})::text) END`
}
