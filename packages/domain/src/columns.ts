import { Prisma } from '@taskwire/prisma'

/** The column of each field of a row that is told to clients. */
export type Columns = Readonly<Record<string, string>>

/** The fields of a row that hold text of the user's. */
export type TextField<Row> = Exclude<
  { [Field in keyof Row]: Row[Field] extends string | null ? Field : never }[keyof Row],
  'id'
>

/** In SQL: these columns of `table` under the names of their fields. */
export function selectColumns(columns: Columns, table: string): Prisma.Sql {
  return Prisma.join(Object.entries(columns).map(([field, column]) => Prisma.raw(`${table}.${column} AS "${field}"`)))
}
