import { readFileSync } from 'node:fs'

/** The version that this server was released as. */
export function serverVersion(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}
