// What may hide a semicolon from us: strings, quoted names, dollar quotes and comments.
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"$;/-]+|[\s\S]/g

/**
 * Cuts a script into its statements, to name the one that failed. A transaction's script is never run from these
 * pieces.
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = []
  let current = ''
  for (const [token] of script.matchAll(TOKEN)) {
    if (token === ';') {
      statements.push(current)
      current = ''
    } else if (!/^(--|\/\*)/.test(token)) {
      current += token
    }
  }
  return [...statements, current].map((statement) => statement.trim()).filter((statement) => statement !== '')
}

/**
 * The statement by which a script would end its transaction, or begin another: half of the script could then stay.
 * (END is not looked for: it also closes the body of an SQL function.)
 */
export function findTransactionControl(script: string): string | undefined {
  return splitStatements(script).find((statement) => /^(BEGIN|START|COMMIT|ROLLBACK|ABORT)\b/i.test(statement))
}

/** A script without the schema's name before what is in it: `"public"."tasks"` is `"tasks"`. */
export function withoutSchema(script: string, schema: string): string {
  const tokens = [...script.matchAll(TOKEN)].map(([token]) => token)
  return tokens
    .map((token, index) => {
      if (token === `"${schema}"` && tokens[index + 1]?.startsWith('.')) return ''
      return tokens[index - 1] === `"${schema}"` && token.startsWith('.') ? token.slice(1) : token
    })
    .join('')
}
