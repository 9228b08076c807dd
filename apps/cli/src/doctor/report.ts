import { type NamedFinding, sentenceOf } from '@taskwire/prisma'
import type { Terminal } from '../terminal.ts'

export interface Report {
  add(finding: NamedFinding): void
  /** @returns whether nothing has failed */
  end(): boolean
}

/** A line for each finding, as soon as it is there. */
export function reportAsLines(terminal: Terminal): Report {
  let well = true
  return {
    add({ name, ...finding }) {
      well &&= finding.grade !== 'FAIL'
      terminal.result(`${finding.grade.padEnd(4)}  ${name.padEnd(13)}  ${sentenceOf(finding)}`)
    },
    end: () => well,
  }
}

/** One document at the end: a finding's `hint` is missing where there is nothing to do. */
export function reportAsJson(terminal: Terminal): Report {
  const checks: NamedFinding[] = []
  return {
    add(finding) {
      checks.push(finding)
    },
    end() {
      const well = checks.every(({ grade }) => grade !== 'FAIL')
      terminal.result(JSON.stringify({ ok: well, checks }, null, 2))
      return well
    },
  }
}
