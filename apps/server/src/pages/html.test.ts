import { expect, test } from 'vitest'
import { html } from './html.ts'

test('what is put into a page is text, whatever is in it', () => {
  const hostile = `"><script>alert('&')</script>`
  expect(html`<a title="${hostile}">${hostile}${1}</a>`.markup).toBe(
    '<a title="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;">&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;1</a>',
  )
})

test('pieces of HTML are put in as they are, alone or in a row', () => {
  const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`)
  expect(html`<ul>${items}</ul>${html`<hr>`}`.markup).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul><hr>')
})
