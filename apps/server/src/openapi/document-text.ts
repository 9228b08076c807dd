import { stringify } from 'yaml'
import { createDocument } from './document.ts'

/** The forms in which the document is written. */
export type DocumentForm = 'json' | 'yaml'

/** The document as text. */
export function documentText(version: string, form: DocumentForm): string {
  const document = createDocument({ version })
  if (form === 'json') return `${JSON.stringify(document, null, 2)}\n`
  // Wherever something stands twice, it is to be read twice.
  return stringify(document, { aliasDuplicateObjects: false, blockQuote: 'literal', lineWidth: 0 })
}
