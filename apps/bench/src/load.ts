import { type Agent, type RequestOptions, request } from 'node:http'
import { cpuMilliseconds } from './process-usage.ts'

/** What is asked of a server. */
export interface HttpCall {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
}

/** Sends a call and reads the answer. @throws Error for one that is no success */
export function send(agent: Agent, { url, method, headers, body = '' }: HttpCall): Promise<Buffer> {
  const options: RequestOptions = { agent, method, headers }
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode = 0 } = response
        const answer = Buffer.concat(chunks)
        if (statusCode >= 200 && statusCode < 300) resolve(answer)
        else reject(new Error(`${method} ${url} is answered by ${statusCode}: ${answer}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** What came of some load. */
export interface Load {
  answers: number
  milliseconds: number
  /** Of the server's processor time. */
  work: number
}

/**
 * Sends each call again and again, all of them at the same time.
 *
 * @param pid of the server
 * @param duration milliseconds after which none is sent any more; those under way are waited for, and count
 */
export async function load(
  agent: Agent,
  calls: HttpCall[],
  { pid, duration }: { pid: number; duration: number },
): Promise<Load> {
  const [began, workBefore] = [performance.now(), await cpuMilliseconds(pid)]
  let answers = 0
  const repeat = async (call: HttpCall) => {
    while (performance.now() < began + duration) {
      await send(agent, call)
      answers += 1
    }
  }
  await Promise.all(calls.map(repeat))
  return { answers, milliseconds: performance.now() - began, work: (await cpuMilliseconds(pid)) - workBefore }
}

/** All of several loads. */
export function sumOf(loads: Load[]): Load {
  const sum = { answers: 0, milliseconds: 0, work: 0 }
  for (const { answers, milliseconds, work } of loads) {
    sum.answers += answers
    sum.milliseconds += milliseconds
    sum.work += work
  }
  return sum
}

/** Answers in a second. */
export function rateOf({ answers, milliseconds }: Load): number {
  return (answers * 1_000) / milliseconds
}

/** Milliseconds of the server's processor for an answer. */
export function workOf({ answers, work }: Load): number {
  return work / answers
}
