/** A piece of HTML, as `html` makes it. */
export interface Html {
  readonly markup: string
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** A template of HTML. Texts and numbers are escaped, for an element or for an attribute in quotes; pieces of HTML go in as they are. */
export function html(template: TemplateStringsArray, ...values: (string | number | Html | readonly Html[])[]): Html {
  return { markup: String.raw({ raw: template }, ...values.map(markupOf)) }
}

function markupOf(value: string | number | Html | readonly Html[]): string {
  if (typeof value !== 'object') return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}
