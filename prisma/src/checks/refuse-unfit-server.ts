import type { DatabaseConfig } from '../config.ts'
import type { OpenDatabase } from '../driver.ts'
import { UnfitServerError } from '../unfit-server-error.ts'
import { examineServer } from './examine-server.ts'
import { type NamedFinding, sentenceOf } from './finding.ts'

/** What may be over in a moment: while others fail over, a process has to be able to start. */
const PASSING = ['writing']

/**
 * Refuses a server on which calls would fail or answer wrongly.
 *
 * @returns what works badly, or not at the moment
 * @throws UnfitServerError with a line for each fault; DatabaseUrlError
 */
export async function refuseUnfitServer(database: OpenDatabase, config: DatabaseConfig): Promise<NamedFinding[]> {
  const findings = await examineServer(database, config)
  const faults = findings.filter(({ name, grade }) => grade === 'FAIL' && !PASSING.includes(name))
  if (faults.length > 0) throw new UnfitServerError(faults.map(sentenceOf).join('\n'))
  return findings.filter(({ grade }) => grade !== 'ok')
}
