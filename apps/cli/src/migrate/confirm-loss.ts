import { CommandError, type Terminal } from '../terminal.ts'

/**
 * Asks whether migrations may be taken back, and with them what only they make room for.
 * @throws CommandError where nobody can be asked
 */
export async function confirmLoss(
  planned: { name: string; script: string }[],
  terminal: Pick<Terminal, 'ask'>,
): Promise<boolean> {
  const names = planned.map(({ name }) => name).join(', ')
  const lost = planned.flatMap(({ script }) => whatIsLost(script))
  const loss = lost.length === 0 ? 'drop no table and no column' : `drop ${lost.join(', ')} with all that is in there`
  const says = `Taking back ${names} in production would ${loss}`
  const answer = await terminal.ask(`${says}. Go on? (yes/no) `)
  if (answer === null) throw new CommandError(`${says}: say --yes to do it, or run this at a terminal`)
  return answer.trim().toLowerCase() === 'yes'
}

/** The tables and columns that a script drops. What it does to single rows is not read out of it. */
function whatIsLost(script: string): string[] {
  const code = script.replaceAll(/--.*|\/\*[\s\S]*?\*\//g, '')
  return code.split(';').flatMap((statement) => {
    const table = /\b(?:DROP|ALTER)\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?"?(\w+)/i.exec(statement)?.[1]
    if (table === undefined) return []
    if (/\bDROP\s+TABLE\b/i.test(statement)) return [`the table ${table}`]
    const columns = statement.matchAll(/\bDROP\s+COLUMN\s+(?:IF\s+EXISTS\s+)?"?(\w+)/gi)
    return [...columns].map(([, column]) => `the column ${table}.${column}`)
  })
}
