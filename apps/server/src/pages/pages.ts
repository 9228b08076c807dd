import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type RequestHandler, Router } from 'express'
import type { Health } from '../health.ts'
import { refuseWriting } from '../refuse-writing.ts'
import { docsPage } from './docs-page.ts'
import { longFrontPage, shortFrontPage } from './front-page.ts'
import { notFoundPage } from './not-found-page.ts'

export interface PagesOptions {
  /** Whether `/` and `/docs` are there. */
  docs: boolean
  /** `short` is for production: the name and a link. */
  frontPage: 'short' | 'long'
  checkHealth: () => Promise<Health>
}

// Beside `src` and `dist`: the compiler copies neither style sheets nor scripts of browsers.
const ASSETS = join(import.meta.dirname, '../../assets')

/** The pages for people. A browser that asks for a page that does not exist gets one that says so; others go on to the next handler. */
export function pages({ docs, frontPage, checkHealth }: PagesOptions): Router {
  const router = Router()
  serve(router, '/pages/page.css', ownFile('page.css'))
  serve(router, '/pages/icon.svg', ownFile('icon.svg'))
  if (docs) {
    serve(router, '/', frontPage === 'short' ? fixedPage(shortFrontPage) : livePage(checkHealth))
    const swaggerUi = findSwaggerUi()
    const url = `/docs/swagger-ui-${swaggerUi.version}/`
    serve(router, '/docs', fixedPage(docsPage(url)))
    serve(router, '/docs/docs.css', ownFile('docs.css'))
    serve(router, '/docs/docs.js', ownFile('docs.js'))
    for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
      serve(router, url + name, fileForGood(name, swaggerUi.folder))
    }
  }
  router.use(answerUnknownPage(notFoundPage({ docs })))
  return router
}

/** HEAD is answered as GET is. */
function serve(router: Router, path: string, handler: RequestHandler): void {
  router.route(path).get(handler).all(refuseWriting)
}

function fixedPage(page: string): RequestHandler {
  return (_request, response) => {
    response.set('cache-control', 'no-cache').type('html').send(page)
  }
}

/** 200 whatever the state: the page itself is served, and a proxy may show its own in place of a 503. `/health` has the status. */
function livePage(checkHealth: PagesOptions['checkHealth']): RequestHandler {
  return async (request, response) => {
    const health = await checkHealth()
    response
      .set('cache-control', 'no-store')
      .type('html')
      .send(longFrontPage({ health, url: `${request.protocol}://${request.host}` }))
  }
}

/** Asked for anew each time, and sent only where it has changed. */
function ownFile(name: string): RequestHandler {
  return (_request, response) => {
    response.set('cache-control', 'no-cache').sendFile(name, { root: ASSETS, cacheControl: false })
  }
}

function findSwaggerUi(): { folder: string; version: string } {
  const require = createRequire(import.meta.url)
  return {
    folder: dirname(require.resolve('swagger-ui-dist/package.json')),
    version: String(require('swagger-ui-dist/package.json').version),
  }
}

/** Its URL has the version. */
function fileForGood(name: string, root: string): RequestHandler {
  return (_request, response) => {
    response.sendFile(name, { root, immutable: true, maxAge: '1y' })
  }
}

/** Below these paths programs ask, whatever their Accept says. */
const FOR_PROGRAMS = /^\/(?:api|trpc)(?:\/|$)/i

function answerUnknownPage(page: string): RequestHandler {
  return (request, response, next) => {
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (!reads || FOR_PROGRAMS.test(request.path)) return next()
    response.vary('Accept')
    // The first is what those get who take either, as curl does.
    if (request.accepts(['json', 'html']) !== 'html') return next()
    response.status(404).set('cache-control', 'no-cache').type('html').send(page)
  }
}
