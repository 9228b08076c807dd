import type { RequestHandler } from 'express'
import { refuse } from './problem.ts'

/** Refuses every method but those that read, for what can only be read. */
export const refuseWriting: RequestHandler = (_request, response) => {
  response.set('allow', 'GET, HEAD')
  refuse(response, 'METHOD_NOT_SUPPORTED')
}
