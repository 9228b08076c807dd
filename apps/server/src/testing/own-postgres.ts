import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '@taskwire/config/testing'
import { openDatabase } from '@taskwire/prisma'
import { createServerDatabase, createTemplate } from '@taskwire/prisma/testing'

/** A PostgreSQL server that nobody else works on, and that a test may treat as a machine may be treated that fails. */
export interface OwnPostgres extends AsyncDisposable {
  /** Of a new database with the schema of today. */
  freshUrl(): Promise<string>
  /** As by a power cut: nobody is told anything, and the next start has to recover. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Kills the process behind one connection of the server under test, and waits until the others, which PostgreSQL ends with it, can be had again. */
  killBackend(): Promise<void>
}

/** Where Debian keeps what its users do not need every day. */
const DEBIAN = '/usr/lib/postgresql'
const PATH = [
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : []),
  '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
].join(':')

/** As root PostgreSQL refuses to run. */
const PREFIX = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : []

async function run(...command: string[]): Promise<string> {
  const [program = '', ...flags] = [...PREFIX, ...command]
  const { stdout } = await promisify(execFile)(program, flags, { env: { PATH, LC_ALL: 'C' }, cwd: '/' })
  return stdout.trim()
}

/** Makes a cluster in a temporary folder and starts it on a free port of this machine. */
export async function ownPostgres(): Promise<OwnPostgres> {
  const folder = await run('mktemp', '-d', '-t', 'taskwire-postgres-XXXXXX')
  const data = join(folder, 'data')
  const port = await freePort()
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  const server = { url, prefix: 'taskwire_' }
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 -c fsync=off`

  const start = async () =>
    void (await run('pg_ctl', 'start', '-w', '-D', data, '-l', join(folder, 'log'), '-o', settings))
  const stop = async () => void (await run('pg_ctl', 'stop', '-w', '-D', data, '-m', 'immediate'))
  const dispose = async () => {
    await stop().catch(() => {})
    await run('rm', '-r', folder)
  }

  try {
    await run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-locale', '-E', 'UTF8')
    await start()
    await createTemplate(server)
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    freshUrl: () => createServerDatabase({ ...server, migrated: true }),
    start,
    stop,
    async killBackend() {
      process.kill(await backendOf(url), 'SIGKILL')
      await using psql = await openDatabase({ url, dataDir: '' })
      while (!(await psql.ping().catch(() => null))) await sleep(20)
    },
    [Symbol.asyncDispose]: dispose,
  }
}

/** Of one that works, if any does. */
async function backendOf(url: string): Promise<number> {
  await using psql = await openDatabase({ url, poolSize: 1, dataDir: '' })
  for (;;) {
    const [row] = await psql.client.$queryRaw<{ pid: number }[]>`
      SELECT pid FROM pg_stat_activity WHERE application_name = 'taskwire' AND pid <> pg_backend_pid()
      ORDER BY state = 'active' DESC LIMIT 1`
    if (row !== undefined) return row.pid
    await sleep(20)
  }
}
