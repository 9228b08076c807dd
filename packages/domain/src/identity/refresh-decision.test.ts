import { expect, test } from 'vitest'
import { decideRefresh, type RefreshDecision, type SessionState } from './refresh-decision.ts'

const young: SessionState = { generation: 5, parent: 4, age: 29.999, confirmed: true, stands: true, isActive: true }
const old: SessionState = { ...young, age: 30 }

test.each<{ session: string; state: SessionState; decisions: Record<number, RefreshDecision> }>([
  {
    session: 'rotated a moment ago',
    state: young,
    decisions: { 5: 'serve', 4: 'serve', 3: 'reuse', 1: 'reuse', 6: 'reuse' },
  },
  {
    session: 'rotated a moment ago, and nothing of it used',
    state: { ...young, confirmed: false },
    decisions: { 5: 'serve', 4: 'serve', 3: 'reuse', 6: 'reuse' },
  },
  {
    session: 'rotated 30 s ago',
    state: old,
    decisions: { 5: 'rotate', 4: 'reuse', 3: 'reuse', 6: 'reuse', 500: 'reuse' },
  },
  {
    session: 'rotated long ago, and nothing of it used',
    state: { ...old, age: 1e6, confirmed: false },
    decisions: { 5: 'rotate', 4: 'replace', 3: 'reuse', 6: 'reuse' },
  },
  {
    session: 'in which generations were skipped a moment ago',
    state: { ...young, parent: 2, confirmed: false },
    decisions: { 5: 'serve', 4: 'reuse', 3: 'reuse', 2: 'serve', 1: 'reuse', 6: 'reuse' },
  },
  {
    session: 'in which generations were skipped long ago, and nothing of the last used',
    state: { ...old, parent: 2, confirmed: false },
    decisions: { 5: 'rotate', 4: 'reuse', 3: 'reuse', 2: 'replace', 1: 'reuse', 6: 'reuse' },
  },
  {
    session: 'of the first generation',
    state: { ...old, generation: 1, parent: null },
    decisions: { 1: 'rotate', 0: 'reuse', 2: 'reuse' },
  },
  { session: 'that has ended', state: { ...young, stands: false }, decisions: { 5: 'ended', 4: 'ended', 1: 'ended' } },
  {
    session: 'of a user who is not active',
    state: { ...young, isActive: false },
    decisions: { 5: 'inactive', 4: 'inactive', 1: 'inactive' },
  },
])('of a session $session, each generation is decided on', ({ state, decisions }) => {
  for (const [presented, decision] of Object.entries(decisions)) {
    expect([presented, decideRefresh(state, Number(presented))]).toEqual([presented, decision])
  }
})
