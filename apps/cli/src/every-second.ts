const SECOND = 1_000

/** Tells of long work as it goes on: what comes within a second of the last is left out. */
export function everySecond<Step>(tell: (step: Step) => void): (step: Step) => void {
  let toldAt = performance.now()
  return (step) => {
    if (performance.now() - toldAt < SECOND) return
    toldAt = performance.now()
    tell(step)
  }
}
