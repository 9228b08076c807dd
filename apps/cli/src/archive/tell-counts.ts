import { everySecond } from '../every-second.ts'

/** Tells counts as they grow, once a second at most. */
export function tellCounts(tell: (line: string) => void, verb: string): (counts: Record<string, number>) => void {
  return everySecond((counts: Record<string, number>) => tell(`${verb} ${describeCounts(counts)} so far`))
}

/** What is worth telling at a glance: `12 users, 3400 tasks`. */
export function describeCounts({ user = 0, task = 0 }: Record<string, number>): string {
  return `${user} users, ${task} tasks`
}
