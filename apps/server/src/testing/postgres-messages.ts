/** What one who speaks PostgreSQL's protocol has said, whole. */
export interface Message {
  /** Its letter (https://www.postgresql.org/docs/current/protocol-message-formats.html); empty of the first one, which has none. */
  type: string
  bytes: Buffer
}

const LENGTH = 4

/** Takes what a client sends piece by piece, and gives its messages, each as soon as it is whole. The connection is not encrypted. */
export function messageReader(): (chunk: Buffer) => Message[] {
  let rest: Buffer = Buffer.alloc(0)
  let isFirst = true
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const messages: Message[] = []
    for (;;) {
      const typeLength = isFirst ? 0 : 1
      if (rest.length < typeLength + LENGTH) return messages
      const length = typeLength + rest.readInt32BE(typeLength)
      if (rest.length < length) return messages
      messages.push({ type: rest.toString('latin1', 0, typeLength), bytes: rest.subarray(0, length) })
      rest = rest.subarray(length)
      isFirst = false
    }
  }
}
