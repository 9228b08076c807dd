import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawSocket extends Disposable {
  write(text: string): void
  /** Everything received, once the server has closed the connection. */
  readonly closed: Promise<string>
}

/** A connection on which a test says what no HTTP client would. */
export async function rawSocket(port: number): Promise<RawSocket> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
  })
  // A connection that is cut may be reset: `close` follows.
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
  await once(socket, 'connect')
  return {
    closed,
    write: (text) => socket.write(text),
    [Symbol.dispose]: () => socket.destroy(),
  }
}
