import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import { serverVersion } from '../server-version.ts'
import { type DocumentForm, documentText } from './document-text.ts'

const HELP = `Usage: pnpm openapi [file]

Writes what REST offers as an OpenAPI 3.1 document. Takes no database and no configuration.

  file    ends in .json, .yaml or .yml; openapi.json when absent; - for standard output, as JSON

Examples:
  $ pnpm openapi
  $ pnpm openapi docs/taskwire.yaml
  $ pnpm --silent openapi - | jq .paths
`

const forms: Record<string, DocumentForm> = { '.json': 'json', '.yaml': 'yaml', '.yml': 'yaml' }

const failures: Record<string, string> = {
  ENOENT: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be written',
  EROFS: 'it may not be written',
}

/**
 * Runs the command.
 *
 * @param args without the program's name
 * @returns the exit code: 0, or 1 when nothing was written
 */
export async function writeDocument(args: string[]): Promise<number> {
  try {
    const { values, positionals } = readArgs(args)
    const [file = 'openapi.json', ...others] = positionals
    if (values.help) process.stdout.write(HELP)
    else if (others.length > 0) throw new Refusal('Name one file')
    else if (file === '-') process.stdout.write(documentText(serverVersion(), 'json'))
    else await writeTo(file)
    return 0
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    process.stderr.write(`${error.message}. See \`pnpm openapi --help\`.\n`)
    return 1
  }
}

/** Something that whoever calls the command can put right. */
class Refusal extends Error {}

function readArgs(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } })
  } catch (error) {
    throw new Refusal((error as Error).message.split('. ')[0])
  }
}

async function writeTo(file: string): Promise<void> {
  const form = forms[extname(file)]
  if (form === undefined) throw new Refusal(`${file} does not end in .json, .yaml or .yml`)
  try {
    await writeFile(file, documentText(serverVersion(), form))
  } catch (error) {
    const failure = failures[String((error as NodeJS.ErrnoException).code)]
    throw failure === undefined ? error : new Refusal(`${file} was not written: ${failure}`)
  }
  process.stderr.write(`Wrote ${file}\n`)
}
