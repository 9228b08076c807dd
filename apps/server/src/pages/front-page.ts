import type { Health } from '../health.ts'
import { type Html, html } from './html.ts'
import { page } from './page.ts'

/** The name and a link: what a server in production says of itself. */
export const shortFrontPage = page({
  title: 'Taskwire',
  body: html`<main class="prose alone">
${name()}
<p class="actions"><a class="button" href="/docs">API reference</a></p>
</main>`,
})

/**
 * What this is, whether it is well, and where to go on.
 *
 * @param url where the API is reached, without a slash at its end
 */
export function longFrontPage({ health, url }: { health: Health; url: string }): string {
  return page({
    title: 'Taskwire',
    body: html`<header class="prose hero">
${name()}
<p class="lead">A task backend: tasks and tags for each user, sessions, and a feed of what changes.
TypeScript calls it through a typed client, everything else over REST.</p>
${condition(health)}
</header>
<main class="prose">
<section aria-labelledby="links">
<h2 id="links">Look around</h2>
<ul class="cards">
${LINKS.map(
  ({
    href,
    label,
    text,
  }) => html`<li><a class="card" href="${href}"><strong>${label}</strong><span>${text}</span></a></li>
`,
)}</ul>
</section>
<section aria-labelledby="call">
<h2 id="call">Call it</h2>
<p>Register, and keep the <code>accessToken</code> of the answer:</p>
<pre tabindex="0" role="region" aria-label="Register with curl"><code>curl ${url}/api/auth/register \\
  -H 'content-type: application/json' \\
  -d '{"email":"alan@example.com","password":"correct horse battery staple"}'</code></pre>
<p>Make a task with it, here in <code>TOKEN</code>:</p>
<pre tabindex="0" role="region" aria-label="Make a task with curl"><code>curl ${url}/api/tasks \\
  -H "authorization: Bearer $TOKEN" \\
  -H 'content-type: application/json' \\
  -d '{"title":"Water the plants"}'</code></pre>
</section>
<section aria-labelledby="guides">
<h2 id="guides">Guides in the repository</h2>
<dl class="guides">
${GUIDES.map(
  ({ file, text }) => html`<div><dt><code>${file}</code></dt><dd>${text}</dd></div>
`,
)}</dl>
</section>
</main>
<footer class="prose"><p>In production this page is the name and a link. <code>DOCS=off</code> hides it and the reference.</p></footer>`,
  })
}

function name(): Html {
  return html`<h1><img src="/pages/icon.svg" alt="" width="48" height="48">Taskwire</h1>`
}

/** Said in words: colour alone says nothing to many. */
function condition(health: Health): Html {
  if (health.status === 'healthy')
    return html`<p class="condition good"><strong>All is well:</strong> the database answers in ${health.database.latencyMs} ms.</p>`
  if (health.reason === 'database')
    return html`<p class="condition bad"><strong>Not well:</strong> the database does not answer, or takes no writes.</p>`
  return html`<p class="condition bad"><strong>Shutting down:</strong> what runs comes to its end, nothing new is taken.</p>`
}

const LINKS = [
  { href: '/docs', label: 'API reference', text: 'Every operation, to read and to try.' },
  { href: '/api/openapi.json', label: 'OpenAPI, JSON', text: 'The document, for tools that generate clients.' },
  { href: '/api/openapi.yaml', label: 'OpenAPI, YAML', text: 'The same, for people who read it.' },
  { href: '/health', label: 'Health', text: '200 or 503, for a load balancer or a monitor.' },
]

const GUIDES = [
  { file: 'README.md', text: 'Start, call, change, deploy.' },
  { file: 'docs/rest.md', text: 'REST by curl, and clients in other languages.' },
  { file: 'docs/frontends.md', text: 'Whole applications in Vite, Next.js and React Native.' },
  { file: 'docs/internal-tools.md', text: 'The same procedures without HTTP.' },
  { file: 'docs/operating.md', text: 'Containers, limits, rotation, what to watch.' },
  { file: 'packages/client/README.md', text: 'The typed client.' },
]
