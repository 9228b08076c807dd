import { accessSync, constants } from 'node:fs'

/** The database's URL asks for what cannot be had. */
export class DatabaseUrlError extends Error {
  override name = 'DatabaseUrlError'
}

/**
 * A URL as pg is to get it: the `sslmode`s that it treats as `verify-full` say so, or it warns at each start that they
 * will mean something weaker one day.
 *
 * @throws DatabaseUrlError naming a certificate's file that cannot be read
 */
export function connectionString(url: string): string {
  for (const [, name = '', value = ''] of url.matchAll(/[?&](sslcert|sslkey|sslrootcert)=([^&#]+)/g)) {
    const file = decodeURIComponent(value)
    try {
      accessSync(file, constants.R_OK)
    } catch {
      throw new DatabaseUrlError(`DATABASE_URL names ${file} as its ${name}, which cannot be read: correct the path`)
    }
  }
  if (/[?&]uselibpqcompat=true/.test(url)) return url
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=[&#]|$)/, '$1verify-full')
}
