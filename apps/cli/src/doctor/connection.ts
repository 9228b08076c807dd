import type { Check } from './finding.ts'

export const checkConnection: Check = async (database) => {
  // The first round trip also connects.
  await database.ping()
  return { ok: true, says: `answers in ${(await database.ping()).toFixed(1)} ms` }
}
