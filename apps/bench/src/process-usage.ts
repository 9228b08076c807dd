import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

interface ProcessUsage {
  /** Bytes in memory. */
  memory: number
  cpuMilliseconds: number
}

/** What a process uses, on Linux and macOS. */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  return { memory: Number(await readPs(pid, 'rss')) * 1_024, cpuMilliseconds: await cpuMilliseconds(pid) }
}

/** Of all threads of a process, since it started, to a hundredth of a second. */
export async function cpuMilliseconds(pid: number): Promise<number> {
  if (process.platform !== 'linux') return readTime(await readPs(pid, 'cputime'))
  // There `ps` tells whole seconds; proc_pid_stat(5) has ticks.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // Before the third field stands a name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function readPs(pid: number, column: string): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-o', `${column}=`, '-p', String(pid)])
  return stdout.trim()
}

/** `[hours:]minutes:seconds`. */
function readTime(text: string): number {
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1_000
}
