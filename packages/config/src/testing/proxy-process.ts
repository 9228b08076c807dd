import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { ROOT } from './server-process.ts'

export const PROXIES = ['nginx', 'haproxy', 'caddy'] as const
export type ProxyName = (typeof PROXIES)[number]

/** A proxy that runs with the configuration that `docs/operations` has for it. */
export interface ProxyProcess extends AsyncDisposable {
  /** `https://localhost:…`. */
  readonly url: string
  /** What clients have to trust, as PEM. */
  readonly certificate: string
  /** All that it has printed so far; of nginx without its access log. */
  output(): string
}

/** Where Debian's packages put programs, and where a user's PATH may not look. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** How a proxy is run, and what of its configuration is of the machine that it was written for. */
interface Recipe {
  file: string
  command(config: string): string[]
  /** Says whether the configuration is right. */
  check(config: string): string[]
  /** @returns the configuration for this machine */
  adapt(documented: string, machine: Machine): string
}

interface Machine {
  folder: string
  ports: { http: number; https: number }
}

const recipes: Record<ProxyName, Recipe> = {
  nginx: {
    file: 'nginx.conf',
    command: (config) => ['nginx', '-c', config, '-e', 'stderr'],
    check: (config) => ['nginx', '-t', '-c', config, '-e', 'stderr'],
    adapt: (documented, { folder, ports }) => `
      daemon off;
      user root;
      worker_processes 2;
      pid ${folder}/nginx.pid;
      events { worker_connections 4096; }
      http {
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
        ${replaced(documented, {
          'listen 80;': `listen 127.0.0.1:${ports.http};`,
          'listen [::]:80;': '',
          'listen 443 ssl http2;': `listen 127.0.0.1:${ports.https} ssl http2;`,
          'listen [::]:443 ssl http2;': '',
          'server_name tasks.example.com;': 'server_name localhost;',
          '/etc/letsencrypt/live/tasks.example.com/fullchain.pem': `${folder}/certificate.pem`,
          '/etc/letsencrypt/live/tasks.example.com/privkey.pem': `${folder}/key.pem`,
          '/var/log/nginx/taskwire.log': `${folder}/access.log`,
        })}
      }`,
  },
  haproxy: {
    file: 'haproxy.cfg',
    command: (config) => ['haproxy', '-db', '-f', config],
    check: (config) => ['haproxy', '-c', '-f', config],
    adapt: (documented, { folder, ports }) =>
      replaced(documented, {
        'log /dev/log local0': 'log stdout format raw local0',
        'bind :80': `bind 127.0.0.1:${ports.http}`,
        'bind :443': `bind 127.0.0.1:${ports.https}`,
        '/etc/haproxy/certs/tasks.example.com.pem': `${folder}/both.pem`,
      }),
  },
  caddy: {
    file: 'Caddyfile',
    command: (config) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', config],
    check: (config) => ['caddy', 'validate', '--adapter', 'caddyfile', '--config', config],
    adapt: (documented, { folder, ports }) =>
      replaced(documented, {
        '\n{\n\tservers {': `\n{\n\tadmin off\n\thttp_port ${ports.http}\n\thttps_port ${ports.https}\n\tservers {`,
        '\n{$TASKWIRE_SITE:tasks.example.com} {': `\nlocalhost {\n\tbind 127.0.0.1\n\ttls ${folder}/certificate.pem ${folder}/key.pem`,
      }),
  },
}

/**
 * Runs a proxy in front of servers with its documented configuration: only ports, paths and names are of this machine.
 *
 * @param backends `host:port` of the two servers
 */
export async function startProxy(name: ProxyName, backends: readonly [string, string]): Promise<ProxyProcess> {
  const folder = await mkdtemp(join(tmpdir(), `taskwire-${name}-`))
  const recipe = recipes[name]
  const ports = { http: await freePort(), https: await freePort() }
  await makeCertificate(folder)
  const documented = await readFile(join(ROOT, 'docs/operations', recipe.file), 'utf8')
  const config = join(folder, recipe.file)
  const servers = { '127.0.0.1:3001': backends[0], '127.0.0.1:3002': backends[1] }
  await writeFile(config, recipe.adapt(replaced(documented, servers), { folder, ports }))
  // Caddy keeps what it knows of certificates at home.
  const env = { PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  await run(recipe.check(config), env)

  const [command = '', ...flags] = recipe.command(config)
  const child = spawn(command, flags, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = once(child, 'close')
  try {
    await listening(ports.https)
  } catch (cause) {
    child.kill('SIGKILL')
    throw new Error(`${name} does not answer: ${output}`, { cause })
  }
  return {
    url: `https://localhost:${ports.https}`,
    certificate: await readFile(join(folder, 'certificate.pem'), 'utf8'),
    output: () => output,
    async [Symbol.asyncDispose]() {
      // nginx's workers go with it, which SIGKILL would leave.
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

/** @throws Error where a text to be replaced is not there: the configuration has changed */
function replaced(text: string, replacements: Record<string, string>): string {
  let result = text
  for (const [from, to] of Object.entries(replacements)) {
    if (!result.includes(from)) throw new Error(`There is no ${JSON.stringify(from)} in the configuration`)
    result = result.replaceAll(from, to)
  }
  return result
}

async function makeCertificate(folder: string): Promise<void> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  await run(['openssl', 'req', '-x509', ...kind, ...names, '-keyout', key, '-out', certificate], { PATH })
  await writeFile(join(folder, 'both.pem'), (await readFile(certificate, 'utf8')) + (await readFile(key, 'utf8')))
}

async function run([command = '', ...flags]: string[], env: Record<string, string>): Promise<void> {
  await promisify(execFile)(command, flags, { env })
}

async function listening(port: number): Promise<void> {
  const giveUp = performance.now() + 10_000
  while (!(await accepts(port))) {
    if (performance.now() > giveUp) throw new Error(`Nothing listens on port ${port}`)
    await sleep(50)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
