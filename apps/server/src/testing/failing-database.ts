import type { OpenDatabase } from '@taskwire/prisma'
import { freshDatabase } from '@taskwire/prisma/testing'

/** A database that can answer whoever asks for a user or a session with an error. */
export interface FailingDatabase extends OpenDatabase {
  /** @param code of the error that it answers with from now on (SQLSTATE); null: it works */
  failWith(code: string | null): Promise<void>
}

export async function failingDatabase(): Promise<FailingDatabase> {
  const database = await freshDatabase()
  const run = (statement: string) => database.client.$executeRawUnsafe(statement)
  const failWith = async (code: string | null) => {
    const body = code === null ? 'RETURN true' : `RAISE EXCEPTION USING ERRCODE = '${code}', MESSAGE = 'as asked'`
    await run(`
      CREATE OR REPLACE FUNCTION may_read() RETURNS boolean STABLE LANGUAGE plpgsql AS $$ BEGIN ${body}; END $$`)
  }
  await failWith(null)
  for (const table of ['users', 'sessions']) {
    await run(`ALTER TABLE ${table} RENAME TO real_${table}`)
    await run(`CREATE VIEW ${table} AS SELECT * FROM real_${table} WHERE may_read()`)
  }
  return { ...database, failWith }
}
