import { once } from 'node:events'
import { connect } from 'node:net'
import { queryUrl } from '@taskwire/router/testing'

interface SlowReader {
  /** Closes the connection. @returns what has been read of it */
  close(): Promise<string>
}

interface SlowReaderOptions {
  url: string
  token: string
  bytesPerSecond: number
}

/** Opens a stream of changes, and takes so many bytes of it a second. */
export function slowReader({ url, token, bytesPerSecond }: SlowReaderOptions): SlowReader {
  const { host, hostname, port, pathname, search } = new URL(queryUrl(url, 'change.stream', { json: { since: 0 } }))
  const socket = connect(Number(port), hostname)
  socket.setEncoding('latin1').on('error', () => {})
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  let text = ''
  // What nobody takes out stays in the kernel once a little is read ahead.
  const timer = setInterval(() => {
    text += socket.read(Math.min(bytesPerSecond, socket.readableLength)) ?? ''
  }, 1_000)
  return {
    async close() {
      clearInterval(timer)
      socket.destroy()
      await once(socket, 'close')
      return text
    },
  }
}
