import { PAGE_BYTES } from '@taskwire/domain'
import { MAX_AUTH_BODY_SIZE, MAX_BODY_SIZE } from '../read-body.ts'
import { MAX_URL_LENGTH } from '../request-guards.ts'

const PAGE_SIZE = `${PAGE_BYTES / 1_000_000} MB`

/** What all operations have in common, in Markdown. */
export const conventions = `
Tasks, tags and what has changed of them, for programs in any language. Programs in TypeScript have a client of their own, which calls the same procedures.

## Requests

- The same operations are served below \`/api\` and below \`/api/v1\`. A later server may answer fields and reasons that this document does not name yet: read what you know.
- A body is JSON in UTF-8, sent as \`application/json\`. A field that is not named here is refused, in the body as in the query.
- A moment is text of RFC 3339 with an offset: \`2026-12-01T09:00:00Z\`. In answers it is always UTC.
- In a query a list is a repeated name (\`tagIds=…&tagIds=…\`), and a flag is \`true\` or \`false\`.
- Texts are trimmed, and their lengths counted after that, in code points.
- A URL has at most ${MAX_URL_LENGTH / 1_024} KiB, a body ${MAX_BODY_SIZE / 1_000} kB, and one below \`/auth\` ${MAX_AUTH_BODY_SIZE / 1_000} kB: else 413.
- \`HEAD\` is answered wherever \`GET\` is, but for the stream. Another method is a 405 with \`Allow\` (\`METHOD_NOT_SUPPORTED\`), an unknown path a 404 (\`UNKNOWN_PROCEDURE\`).

## Signing in

\`POST /auth/login\` answers an access token for \`Authorization: Bearer …\` and sets the cookie of the session; \`POST /auth/refresh\` takes the cookie for the next token. \`POST /auth/token\` does the same for OAuth 2 clients. For tools without a person make an API token (\`POST /tokens\`).

## Problems

What fails answers \`application/problem+json\` (RFC 9457): \`status\`, \`title\` and \`detail\` for people, and \`reason\` for programs, which decides what else is there (\`issues\`, \`current\`, \`limit\`, \`retryAfter\`). Quote \`requestId\`, also in the header \`x-request-id\`, when you report a problem.

## Pages

\`GET /tasks\` and \`GET /changes\` answer in pages. Follow the \`Link\` header with \`rel="next"\` until there is none. A page ends at ${PAGE_SIZE}, and so may be shorter than \`limit\` before the end: the cursor, of changes the version, leads on. A page by \`offset\` is whole or, past ${PAGE_SIZE}, a 413.

## At the same time

Every task and tag has a \`version\`, which is also the beginning of its \`ETag\`. Send it back, as \`If-Match\` or as \`version\` in the body, and a change that somebody made meanwhile is not overwritten: the answer is \`VERSION_CONFLICT\` with what is there now, 412 for the header and 409 for the body. With \`If-None-Match\` a \`GET\` answers 304 when nothing has changed. A change that comes with \`If-None-Match\`, or with an \`If-Match\` that its operation does not know, is refused with 400.

A \`POST\` that makes a task or a tag can be sent again without harm when it carries an id of your own, as \`Idempotency-Key\` or as \`id\`. When that was deleted meanwhile, the answer is what was deleted, with \`deletedAt\`.

## Limits

Calls are counted by user, and of those who are not known by address; signing in and other uses of a password have lower limits of their own. \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` say what is left. Past it the answer is a 429 with \`Retry-After\` in seconds, as a 503 has it.
`.trim()
