import { readId, validationIssue } from '@taskwire/contract'
import { DomainError } from '../domain-error.ts'

/** Where a page of an account's export ended: all before it was told. */
export interface AccountCursor {
  kind: 'tag' | 'task'
  /** The last one that was told; null before the first. */
  id: string | null
}

/** `task.01981f0e-6c1a-7cc3-9d5c-2f1c4a2f7a10` */
export function encodeAccountCursor({ kind, id }: AccountCursor): string {
  return id === null ? kind : `${kind}.${id}`
}

/** @throws DomainError VALIDATION_FAILED for a text that is no such cursor */
export function decodeAccountCursor(text: string): AccountCursor {
  const [kind = '', after, ...rest] = text.split('.')
  const id = after === undefined ? null : readId(after)
  const isKnown = kind === 'tag' || kind === 'task'
  if (isKnown && rest.length === 0 && (id !== null || after === undefined)) return { kind, id }
  throw new DomainError('VALIDATION_FAILED', { issues: [validationIssue('cursor', 'NOT_A_CURSOR', {})] })
}
