/** What processes tell each other. */
export interface Announcements {
  /** Whose things have changed up to which version; infinite where that is not known. */
  changes: Map<string, number>
  /** Whose sessions or API tokens have ended. */
  accesses: Set<string>
}

/** Bytes of a message; NOTIFY takes less than 8 000. */
const MAX_MESSAGE = 7_000
/**
 * Before the user whose access has changed. A process of before these were told takes it for part of a name, and knows
 * nobody of that name.
 */
const ACCESS = '!'

export function noAnnouncements(): Announcements {
  return { changes: new Map(), accesses: new Set() }
}

/**
 * Writes announcements as few messages, such as `!<user>,<user>:12,<user>:`: an access that has changed, a change, and one
 * without a known version.
 */
export function packAnnouncements({ changes, accesses }: Announcements): string[] {
  const messages: string[] = []
  let message = ''
  for (const entry of entriesOf({ changes, accesses })) {
    if (message.length + entry.length + 1 > MAX_MESSAGE) {
      messages.push(message)
      message = ''
    }
    message += message === '' ? entry : `,${entry}`
  }
  return message === '' ? messages : [...messages, message]
}

export function unpackAnnouncements(message: string): Announcements {
  const announcements = noAnnouncements()
  for (const entry of message.split(',')) {
    const [userId = '', version = ''] = entry.split(':')
    if (entry.startsWith(ACCESS)) announcements.accesses.add(entry.slice(ACCESS.length))
    else announcements.changes.set(userId, version === '' ? Number.POSITIVE_INFINITY : Number(version))
  }
  return announcements
}

function* entriesOf({ changes, accesses }: Announcements): Generator<string> {
  for (const userId of accesses) yield `${ACCESS}${userId}`
  for (const [userId, version] of changes) yield `${userId}:${Number.isFinite(version) ? version : ''}`
}
