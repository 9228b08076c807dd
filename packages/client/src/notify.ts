/**
 * Calls an application's function. What it throws or, where it is async, rejects with harms nobody else: it is reported as
 * an uncaught error, but on the console where that would end the process, as in Node.js.
 */
export function notify(listener: () => unknown): void {
  // biome-ignore lint/suspicious/noConsole: an engine without `reportError` has nothing else that ends no process.
  const report = globalThis.reportError ?? console.error
  new Promise((resolve) => resolve(listener())).catch(report)
}
