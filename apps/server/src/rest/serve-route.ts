import type { Change, Tag, Task } from '@taskwire/contract'
import type { TrackedEnvelope } from '@trpc/server'
import type { Request, RequestHandler, Response } from 'express'
import { chargeAddress } from '../charge-address.ts'
import { isCrossSite } from '../cross-site.ts'
import { problemOf, refuse, sendProblem } from '../problem.ts'
import { isJson } from '../request-guards.ts'
import type { CallingOptions, Exchange } from '../request-info.ts'
import { callProcedure } from './call-procedure.ts'
import { entityTag, hasVersion } from './entity-tag.ts'
import { expectedVersion } from './header-fields.ts'
import { pageLinks } from './page-links.ts'
import { inputReader } from './read-input.ts'
import type { ServedRoute } from './rest-routes.ts'
import { sendChanges } from './send-changes.ts'

/** Serves one procedure, after cookie-parser and `readBody`. */
export function serveRoute(route: ServedRoute, options: CallingOptions): RequestHandler {
  const readInput = inputReader(route)
  const failureNotes = { outages: options.outages, procedure: route.procedure }

  /** A procedure that takes nothing asks for no input: what is sent to it all the same is charged and refused here. */
  async function refuseInput(exchange: Exchange): Promise<void> {
    const { body, url } = exchange.request
    if (!body && !url.includes('?')) return
    await chargeAddress(options, exchange)
    readInput(exchange.request)
  }

  return async (request, response) => {
    // Before anything is charged: the page of another site could use up what its visitor's address may do. JSON is what it
    // cannot send without asking first.
    if ((request.body || route.access === 'anyone') && !isJson(request)) {
      return refuse(response, 'UNSUPPORTED_MEDIA_TYPE', 'The request body must be application/json')
    }
    if (route.access === 'cookie' && isCrossSite(request, options.isTrusted)) return refuse(response, 'CROSS_SITE')
    try {
      if (route.inputSchema === undefined) await refuseInput({ request, response })
      const { answer, closed } = await callProcedure(
        { route, request, response, readInput: () => readInput(request) },
        options,
      )
      if (route.type !== 'subscription') return send(route, { request, response, answer })
      const changes = answer as AsyncIterable<TrackedEnvelope<Change>>
      await sendChanges({ response, changes, closed, problemOf: (error) => problemOf(request, error, failureNotes) })
    } catch (error) {
      const problem = problemOf(request, error, failureNotes)
      sendProblem(response, isFailedPrecondition(problem.reason, request) ? { ...problem, status: 412 } : problem)
    }
  }
}

function isFailedPrecondition(reason: string, request: Request): boolean {
  return reason === 'VERSION_CONFLICT' && expectedVersion(request) !== undefined
}

function send(route: ServedRoute, sent: { request: Request; response: Response; answer: unknown }): void {
  const { request, response, answer } = sent
  const { status = 200, location, procedure } = route
  response.status(status)
  if (status === 204) return void response.end()
  if (hasVersion(route)) response.set('etag', entityTag(answer as Task | Tag))
  if (location !== undefined) response.set('location', request.baseUrl + filled(location, answer))
  const links = pageLinks(procedure, request, answer)
  if (links !== undefined) response.set('link', links)
  // Express tags what is read by its bytes, and answers 304 to who has it.
  if (route.type === 'query') response.json(answer)
  else response.type('json').end(JSON.stringify(answer))
}

/** Fills `{apiToken.id}` with what the answer has there. */
function filled(template: string, answer: unknown): string {
  return template.replace(/\{([\w.]+)\}/g, (_, path: string) =>
    String(path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], answer)),
  )
}
