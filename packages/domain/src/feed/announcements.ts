/** Whose things have changed up to which version; infinite where that is not known. */
export type Announcements = Map<string, number>

/** Bytes of a message; NOTIFY takes less than 8 000. */
const MAX_MESSAGE = 7_000

/** Writes announcements as few messages, such as `<user>:12,<user>:7`; without a number where none is known. */
export function packAnnouncements(announcements: Announcements): string[] {
  const messages: string[] = []
  let message = ''
  for (const [userId, version] of announcements) {
    const entry = `${userId}:${Number.isFinite(version) ? version : ''}`
    if (message.length + entry.length + 1 > MAX_MESSAGE) {
      messages.push(message)
      message = ''
    }
    message += message === '' ? entry : `,${entry}`
  }
  return message === '' ? messages : [...messages, message]
}

export function unpackAnnouncements(message: string): Announcements {
  return new Map(
    message.split(',').map((entry) => {
      const [userId = '', version = ''] = entry.split(':')
      return [userId, version === '' ? Number.POSITIVE_INFINITY : Number(version)]
    }),
  )
}
