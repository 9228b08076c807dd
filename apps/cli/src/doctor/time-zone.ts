import type { Check } from './finding.ts'

export const checkTimeZone: Check = async ({ client }) => {
  const [row] = await client.$queryRaw<{ session: string; own: string }[]>`
    SELECT setting AS session, reset_val AS own FROM pg_settings WHERE name = 'TimeZone'`
  const ok = row?.session === 'UTC'
  return {
    ok,
    says: `the session is in ${row?.session}, the database’s own is ${row?.own}`,
    ...(!ok && { hint: 'instants would be read and written shifted; something between here and the database sets it' }),
  }
}
