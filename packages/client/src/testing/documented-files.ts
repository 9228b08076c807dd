import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../../../', import.meta.url)

/**
 * The files that a section of a document shows: a paragraph that begins with the name of the file, and the block of code
 * after it.
 */
export function documentedFiles(document: string, heading: string): Record<string, string> {
  const text = readFileSync(fileURLToPath(new URL(document, ROOT)), 'utf8')
  const section = text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`))
  if (section === undefined) throw new Error(`${document} has no section "${heading}"`)
  const files = section.matchAll(/^`([\w./]+)`(?:[^\n]|\n(?!\n))*\n\n```\w+\n(.*?)^```$/gms)
  return Object.fromEntries(Array.from(files, ([, name = '', code = '']) => [name, code]))
}
