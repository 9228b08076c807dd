import type { OpenDatabase } from '../driver.ts'
import { embeddedDriver } from '../embedded.ts'
import { fromDriver } from '../open-database.ts'
import { databaseSnapshot } from './snapshot.ts'

/** An embedded database of one's own that notes what it is asked: each statement is a way there and back on a server. */
export async function recordedDatabase(): Promise<OpenDatabase & { statements: string[] }> {
  const driver = await embeddedDriver({ loadDataDir: await databaseSnapshot({ migrated: true }) })
  const statements: string[] = []
  const { postgres } = driver
  const query = postgres.query.bind(postgres)
  postgres.query = (statement, ...rest) => {
    statements.push(statement.trim().replace(/\s+/g, ' '))
    return query(statement, ...rest)
  }
  return { ...fromDriver(driver), statements }
}
