import { accessSync, constants } from 'node:fs'
import { parseIntoClientConfig } from 'pg-connection-string'

/** Which variable a URL comes from: the one to correct. */
export type UrlVariable = 'DATABASE_URL' | 'DIRECT_DATABASE_URL'

/** A database's URL asks for what cannot be had. */
export class DatabaseUrlError extends Error {
  override name = 'DatabaseUrlError'
}

/**
 * A URL as pg is to get it: the `sslmode`s that it treats as `verify-full` say so, or it warns at each start that they
 * will mean something weaker one day.
 *
 * @throws DatabaseUrlError naming a certificate's file that cannot be read, or for a URL that pg cannot read
 */
export function connectionString(url: string, variable: UrlVariable): string {
  refuseMissingFiles(url, variable)
  const strict = /[?&]uselibpqcompat=true/.test(url)
    ? url
    : url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=[&#]|$)/, '$1verify-full')
  try {
    parseIntoClientConfig(strict)
  } catch (error) {
    throw new DatabaseUrlError(
      error instanceof URIError
        ? `${variable} has a part that cannot be decoded: percent-encode the special characters of its user, password, host and database (% is %25)`
        : `${variable} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  return strict
}

function refuseMissingFiles(url: string, variable: UrlVariable): void {
  const parameters = new URLSearchParams(/\?[^#]*/.exec(url)?.[0])
  for (const name of ['sslcert', 'sslkey', 'sslrootcert']) {
    const file = parameters.get(name)
    if (file === null || file === '') continue
    try {
      accessSync(file, constants.R_OK)
    } catch {
      throw new DatabaseUrlError(`${variable} names ${file} as its ${name}, which cannot be read: correct the path`)
    }
  }
}
