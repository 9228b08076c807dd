import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '@taskwire/config/testing'
import { temporaryFolder } from '@taskwire/prisma/testing'

/** A block of commands of a document. */
export interface DocumentedCommands {
  commands: string
  /** The block below it; undefined where none is shown. */
  answer: string | undefined
}

const BLOCK = /^```sh\n(.*?)^```\n(?:\n```(?:http|json|text)\n(.*?)^```\n)?/gms

/** All blocks of commands of a document, with the answers that it shows. */
export function documentedCommands(document: string): DocumentedCommands[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  return Array.from(text.matchAll(BLOCK), ([, commands = '', answer]) => ({ commands, answer }))
}

/** Between what two blocks print. */
const SEPARATOR = '\u001e'

/** Runs blocks of commands in one shell, in an empty folder. @returns what each prints */
export async function runInShell(blocks: readonly string[]): Promise<string[]> {
  using folder = temporaryFolder()
  const script = blocks.map((block) => `${block}printf '${SEPARATOR}'\n`).join('')
  // No settings of whoever runs it.
  const env = { PATH: process.env['PATH'], HOME: folder.path }
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder.path, env })
  return stdout.split(SEPARATOR).slice(0, -1)
}
