import { html } from './html.ts'
import { page } from './page.ts'

/** @param docs whether there is a front page to go to */
export function notFoundPage({ docs }: { docs: boolean }): string {
  return page({
    title: 'Page not found · Taskwire',
    body: html`<main class="prose alone">
<p class="status">404</p>
<h1>There is no such page</h1>
<p>The address may be mistyped, or what was here has moved.</p>
${docs ? html`<p class="actions"><a class="button" href="/">Front page</a> <a href="/docs">API reference</a></p>` : html``}
</main>`,
  })
}
