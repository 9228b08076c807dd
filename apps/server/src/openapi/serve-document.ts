import { createHash } from 'node:crypto'
import { type RequestHandler, Router } from 'express'
import { refuseWriting } from '../refuse-writing.ts'
import { type DocumentForm, documentText } from './document-text.ts'

/** RFC 8259, and RFC 9512 for YAML. OpenAPI has no registered types of its own. */
const mediaTypes: Record<DocumentForm, string> = { json: 'application/json', yaml: 'application/yaml' }

/**
 * Serves the document as `/openapi.json` and `/openapi.yaml`, to be mounted beside what it is about.
 *
 * @param version of the server
 */
export function serveDocument(version: string): Router {
  const router = Router({ caseSensitive: true })
  for (const form of ['json', 'yaml'] as const) {
    router.route(`/openapi.${form}`).get(readableAnywhere, sendDocument(version, form)).all(refuseWriting)
  }
  return router
}

/** Written and tagged when it is first asked for. Express answers 304 to who has it. */
function sendDocument(version: string, form: DocumentForm): RequestHandler {
  let written: TaggedText | undefined
  return (_request, response) => {
    written ??= tagged(documentText(version, form))
    const { text, etag } = written
    response.set({ 'cache-control': 'no-cache', etag }).type(mediaTypes[form]).send(text)
  }
}

interface TaggedText {
  text: string
  etag: string
}

function tagged(text: string): TaggedText {
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` }
}

/** Nothing in it is anybody's own, and editors and generators are pages of other sites. */
const readableAnywhere: RequestHandler = (_request, response, next) => {
  // A page that may call with credentials has its own origin there, which `*` would take its credentials from.
  if (!response.hasHeader('access-control-allow-origin')) response.set('access-control-allow-origin', '*')
  response.set('cross-origin-resource-policy', 'cross-origin')
  next()
}
