import type { MigrationStatus } from '@taskwire/prisma'

/** The migrations as a list, oldest first. @returns its lines, and whether all is well (pending ones are) */
export function describeStatus(status: MigrationStatus): { lines: string[]; ok: boolean } {
  const { applied, pending, failed, edited, unknown } = status
  const rows = [
    ...applied.map(({ name, appliedAt }) => ({ name, state: stateOf(name, status), at: appliedAt })),
    ...failed.map((name) => ({ name, state: 'failed', at: null })),
    ...pending.map((name) => ({ name, state: 'pending', at: null })),
  ]
  const lines = rows
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, state, at }) => `${state.padEnd(7)}  ${(at?.toISOString() ?? '-').padEnd(24)}  ${name}`)
  return {
    lines:
      lines.length === 0 ? ['There are no migrations'] : [`state    ${'applied at'.padEnd(24)}  migration`, ...lines],
    ok: failed.length + edited.length + unknown.length === 0,
  }
}

function stateOf(name: string, { edited, unknown }: MigrationStatus): string {
  if (edited.includes(name)) return 'edited'
  return unknown.includes(name) ? 'unknown' : 'applied'
}
