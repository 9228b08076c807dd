import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from '@taskwire/config/testing'
import type { Removable } from './removable.ts'

/**
 * Starts the `redis-server` of this machine on a free port, without files. Taken away it is killed, as when a machine
 * fails; it comes back on the same port, with nothing in it.
 */
export async function ownRedis(): Promise<Removable> {
  const port = await freePort()
  let running: ChildProcess | undefined

  async function start(): Promise<void> {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    running = spawn('redis-server', options, { stdio: 'ignore' })
    while (!(await answers(port)));
  }

  async function kill(): Promise<void> {
    if (running === undefined) return
    const ended = once(running, 'exit')
    running.kill('SIGKILL')
    running = undefined
    await ended
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    takeAway: kill,
    giveBack: start,
    hold: () => running?.kill('SIGSTOP'),
    goOn: () => running?.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return false
  } finally {
    socket.destroy()
  }
}
