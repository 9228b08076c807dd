import { type Html, html } from './html.ts'

/** What is between `<body>` and its end, and what the head needs besides the look that all pages share. */
export interface PageContent {
  title: string
  head?: Html
  body: Html
}

/** A whole page in the look of all pages: no script, and nothing from another host. */
export function page({ title, head = html``, body }: PageContent): string {
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/pages/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/pages/page.css">
${head}</head>
<body>
${body}
</body>
</html>
`
  return markup
}
