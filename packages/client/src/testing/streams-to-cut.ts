/** A `fetch` whose open streams of changes a test can cut, as a network or a proxy does. */
export interface StreamsToCut {
  readonly fetch: typeof fetch
  /** Ends them by a failure of the network; without it they just end. */
  cut(failure?: Error): void
}

export function streamsToCut(original: typeof fetch): StreamsToCut {
  const open = new Set<ReadableStreamDefaultController>()
  return {
    async fetch(input, init) {
      const response = await original(input, init)
      if (!String(input).includes('change.stream') || response.body === null) return response
      const source = response.body.getReader()
      const body = new ReadableStream({
        start: (controller) => {
          open.add(controller)
        },
        async pull(controller) {
          const { done, value } = await source.read()
          if (!open.has(controller)) return
          if (!done) return controller.enqueue(value)
          open.delete(controller)
          controller.close()
        },
        cancel: () => source.cancel(),
      })
      return new Response(body, response)
    },
    cut(failure) {
      for (const controller of open) {
        if (failure === undefined) controller.close()
        else controller.error(failure)
      }
      open.clear()
    },
  }
}
