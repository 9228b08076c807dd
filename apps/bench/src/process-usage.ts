import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

interface ProcessUsage {
  /** Bytes in memory. */
  memory: number
  /** Of all its threads, since it started. */
  cpuMilliseconds: number
}

/** What a process uses, as `ps` has it on Linux and macOS. */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=,cputime=', '-p', String(pid)])
  const [kibibytes = '', time = ''] = stdout.trim().split(/\s+/)
  // [[days-]hours:]minutes:seconds
  const seconds = time.split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0)
  return { memory: Number(kibibytes) * 1_024, cpuMilliseconds: seconds * 1_000 }
}
