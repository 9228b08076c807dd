import { html } from './html.ts'
import { page } from './page.ts'

/** @param folder the URL of Swagger UI's files, with a slash at its end */
export function docsPage(folder: string): string {
  return page({
    title: 'API reference · Taskwire',
    head: html`<link rel="stylesheet" href="${folder}swagger-ui.css">
<link rel="stylesheet" href="/docs/docs.css">
<script src="${folder}swagger-ui-bundle.js" defer></script>
<script src="/docs/docs.js" type="module"></script>
`,
    body: html`<header class="bar">
<a href="/"><img src="/pages/icon.svg" alt="" width="28" height="28">Taskwire</a>
<nav aria-label="The document"><a href="/api/openapi.json">JSON</a> <a href="/api/openapi.yaml">YAML</a></nav>
</header>
<main id="reference">
<noscript><p>The reference needs JavaScript. The document is <a href="/api/openapi.json">openapi.json</a>.</p></noscript>
</main>`,
  })
}
