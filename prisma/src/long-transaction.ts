import type { Prisma, PrismaClient } from './generated/client.ts'

/** A way to the database without the limits that calls are under. */
export interface LongConnection {
  readonly client: PrismaClient
  close(): Promise<void>
}

/** One picture of the database, to read from until it is disposed of. */
export interface Snapshot extends AsyncDisposable {
  readonly db: Prisma.TransactionClient
}

/** Milliseconds, of the longest timer there is: 24 days. */
const UNLIMITED = 2 ** 31 - 1

const options = { maxWait: UNLIMITED, timeout: UNLIMITED }

/** Does the work in one transaction, which lasts for as long as it takes. */
export async function longTransaction<T>(
  connect: () => Promise<LongConnection>,
  work: (transaction: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  const connection = await connect()
  try {
    return await connection.client.$transaction(work, options)
  } finally {
    await connection.close()
  }
}

/** A snapshot that is held open: Prisma's transactions last for as long as a function runs. */
export async function openSnapshot(connect: () => Promise<LongConnection>): Promise<Snapshot> {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let closed = Promise.resolve()
  const db = await new Promise<Prisma.TransactionClient>((resolve, reject) => {
    const lasting = longTransaction(connect, async (transaction) => {
      await transaction.$executeRaw`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`
      resolve(transaction)
      await ended
    })
    // What goes wrong once it is open was told to whoever read from it.
    closed = lasting.catch(reject)
  })
  return {
    db,
    async [Symbol.asyncDispose]() {
      end()
      await closed
    },
  }
}
