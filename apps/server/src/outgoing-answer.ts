import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OutgoingAnswer } from '@taskwire/router'

/**
 * What the router may know of the answer to a request.
 *
 * @param mostBytes that it may have
 */
export function outgoingAnswer(request: IncomingMessage, response: ServerResponse, mostBytes: number): OutgoingAnswer {
  return { mostBytes, closed: closedSignal(request, response), cut: () => request.socket.destroy() }
}

/** tRPC's own signal is aborted only where the answer was not yet written; what it is written to may still hold it. */
function closedSignal({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  const close = () => {
    response.off('close', close)
    socket.off('close', close)
    controller.abort()
  }
  response.once('close', close)
  // An answer that waits for the one before it on its connection is not told when that is cut.
  socket.once('close', close)
  if (response.closed || socket.destroyed) close()
  return controller.signal
}
