import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Meta, OutgoingAnswer } from '@taskwire/router'
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express'

type Calls = CreateExpressContextOptions['info']['calls']

/** What the router may know of the answer to a request with these calls. */
export function outgoingAnswer(request: IncomingMessage, response: ServerResponse, calls: Calls): OutgoingAnswer {
  const metas = calls.map(({ procedure }): Meta | undefined => procedure?._def.meta as Meta | undefined)
  return {
    mostBytes: metas.reduce((sum, meta) => sum + (meta?.mostBytes ?? 0), 0),
    closed: closedSignal(request, response),
    cut: () => request.socket.destroy(),
  }
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
