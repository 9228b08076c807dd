import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { freePort } from '@taskwire/config/testing'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { npmInstall } from './npm-install.ts'
import { packClient } from './pack-client.ts'

const exec = promisify(execFile)

/** A project of somebody else, in a folder of its own, with the packed client installed. */
export interface Project extends AsyncDisposable {
  readonly folder: string
  write(files: Record<string, string>): Promise<void>
  /** Installs packages from the registry. */
  install(...packages: string[]): Promise<void>
  /** Runs a command to its end. @returns what it prints */
  run(command: string, ...args: string[]): Promise<string>
  /** Runs a command that serves, on a free port. @returns the first address that it prints */
  serve(command: string, ...args: string[]): Promise<string>
}

/** Milliseconds for a command that serves to print its address, on a machine that does other things. */
const PATIENCE = 120_000

export async function makeProject(...packages: string[]): Promise<Project> {
  const temporary = temporaryFolder()
  const folder = temporary.path
  const serving: ChildProcess[] = []
  await packClient(join(folder, 'client.tgz'))

  const project: Project = {
    folder,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), text)
      }
    },
    install: (...wanted) => npmInstall(folder, wanted),
    run: async (command, ...args) => (await exec(command, args, { cwd: folder })).stdout,
    async serve(command, ...args) {
      const port = await freePort()
      // A group of its own: what serves often starts others, which would outlive it.
      const child = spawn(command, [...args, '--port', String(port)], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      serving.push(child)
      return addressPrintedBy(child)
    },
    async [Symbol.asyncDispose]() {
      for (const child of serving) await end(child)
      temporary[Symbol.dispose]()
    },
  }
  await project.write({ 'package.json': JSON.stringify({ type: 'module', private: true }) })
  await project.install('./client.tgz', ...packages)
  return project
}

function addressPrintedBy(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const giveUp = () => reject(new Error(`No address in what it printed: ${printed}`))
    const timer = setTimeout(giveUp, PATIENCE)
    child.once('close', giveUp)
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += stripVTControlCharacters(text)
        const address = /https?:\/\/localhost:\d+/.exec(printed)?.[0]
        if (address === undefined) return
        clearTimeout(timer)
        resolve(address)
      })
    }
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await closed
}
