import { get } from 'node:http'
import type { Change, ErrorData } from '@taskwire/contract'
import { type Envelope, queryUrl } from './trpc-calls.ts'

/** A change as it came over the wire: plain JSON, dates as text. */
export type PlainChange = Change & { version: number }

/** How a stream ended: by the server with or without a reason, or because the connection was lost or closed. */
export type StreamEnd = { by: 'server'; reason: ErrorData['reason'] | null } | { by: 'connection' }

export interface ChangeStream {
  /** Resolves once the server has accepted. */
  readonly connected: Promise<void>
  readonly ended: Promise<StreamEnd>
  /** As by a network that fails. */
  cut(): void
}

interface StreamOptions {
  url: string
  token: string
  since?: number
  onChange?(change: PlainChange): void
}

/** Reads `change.stream` as an EventSource would, without connecting again by itself. */
export function openChangeStream({ url, token, since, onChange = () => {} }: StreamOptions): ChangeStream {
  const input: Envelope = { json: since === undefined ? {} : { since } }
  const request = get(queryUrl(url, 'change.stream', input), {
    agent: false,
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  })
  let accept = () => {}
  const connected = new Promise<void>((resolve) => {
    accept = resolve
  })
  const ended = new Promise<StreamEnd>((resolve) => {
    let end: StreamEnd = { by: 'connection' }
    const read = readEvents(({ event, data, id }) => {
      if (event === 'connected') accept()
      else if (event === 'return') end = { by: 'server', reason: null }
      else if (event === 'serialized-error') end = { by: 'server', reason: JSON.parse(data).json.data.reason }
      else if (event === 'message') onChange(checkedChange(JSON.parse(data).json, id))
    })
    request.on('response', (response) => {
      response.setEncoding('utf8').on('data', read)
      response.on('error', () => {})
      response.on('close', () => resolve(end))
    })
    request.on('error', () => resolve(end))
  })
  return { connected: Promise.race([connected, ended.then(() => {})]), ended, cut: () => request.destroy() }
}

function checkedChange(change: PlainChange, id: string): PlainChange {
  if (String(change.version) !== id) throw new Error(`Version ${change.version} came with the id ${id}`)
  return change
}

interface ServerSentEvent {
  event: string
  data: string
  id: string
}

/** Takes the text of a stream piece by piece, each event as soon as it is whole. */
function readEvents(onEvent: (event: ServerSentEvent) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = { event: 'message', data: '', id: '' }
      for (const line of block.split('\n')) {
        const [name = '', ...value] = line.split(': ')
        if (name === 'event' || name === 'data' || name === 'id') event[name] = value.join(': ')
      }
      if (block.trim() !== '') onEvent(event)
    }
  }
}
