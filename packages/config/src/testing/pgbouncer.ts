import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { freePort } from './free-port.ts'

export interface Pooler extends AsyncDisposable {
  /** The same database through the pooler. */
  through(url: string): string
}

/** Starts Debian's PgBouncer before a server, as docs/operations/pgbouncer.md configures it, but that it asks for no password. */
export async function startPgBouncer(url: string, settings: Record<string, string> = {}): Promise<Pooler> {
  const { hostname, port: serverPort, username, password } = new URL(url)
  const port = String(await freePort())
  const folder = temporaryFolder()
  const server = { host: hostname, port: serverPort || '5432', user: username, ...(password && { password }) }
  const file = join(folder.path, 'pgbouncer.ini')
  writeFileSync(
    file,
    ini({
      databases: { '*': linesOf(server).join(' ') },
      pgbouncer: {
        listen_addr: '127.0.0.1',
        listen_port: port,
        unix_socket_dir: '',
        auth_type: 'any',
        pool_mode: 'transaction',
        query_wait_timeout: '5',
        ...settings,
      },
    }),
  )
  // As root it refuses to run, and reads what it is given as whoever it is told to be.
  const root = process.getuid?.() === 0
  chmodSync(folder.path, 0o755)
  const child = spawn('pgbouncer', root ? ['-u', 'nobody', file] : [file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close')
  let log = ''
  await Promise.race([
    new Promise<void>((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text
        if (log.includes('process up')) resolve()
      })
    }),
    ended.then(() => Promise.reject(new Error(`PgBouncer did not start: ${log}`))),
  ])
  return {
    through(direct) {
      const pooled = new URL(direct)
      pooled.host = `127.0.0.1:${port}`
      return pooled.href
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      folder[Symbol.dispose]()
    },
  }
}

function ini(sections: Record<string, Record<string, string>>): string {
  return Object.entries(sections)
    .map(([name, settings]) => `[${name}]\n${linesOf(settings).join('\n')}\n`)
    .join('')
}

function linesOf(settings: Record<string, string>): string[] {
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`)
}
