import { Prisma } from '@taskwire/prisma'

/** The column of each field of a row that is told to clients. */
export type Columns = Readonly<Record<string, string>>

/** In SQL: these columns of `table` under the names of their fields. */
export function selectColumns(columns: Columns, table: string): Prisma.Sql {
  return Prisma.join(Object.entries(columns).map(([field, column]) => Prisma.raw(`${table}.${column} AS "${field}"`)))
}
