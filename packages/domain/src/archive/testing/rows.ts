import { createHash, randomUUID } from 'node:crypto'
import type { OpenDatabase, Prisma } from '@taskwire/prisma'
import { v7 as uuidv7 } from 'uuid'
import { archiveKindNames, archiveKinds } from '../records.ts'

/** What PostgreSQL can hold and somebody might lose on the way. */
const TEXTS = [
  'Write the report',
  'Pâté für 日本語 🎉 👩‍👩‍👧',
  'line\u2028paragraph\u2029 \u0085 \ufeff \ufffd',
  '\u0001\u0007\u001b\u007f "quoted" \\ backslash \\n \\u0000',
  "'; DROP TABLE users; --",
  '{"type":"trailer"}\n{"__proto__":1}',
  '{"type":"failure","message":null}',
  '\u{10ffff}\u{1f469}\u0300',
]

const text = () => pick(TEXTS)
const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T
const perhaps = <T>(value: T): T | null => (Math.random() < 0.5 ? value : null)
/** Few of them, so that rows share them. */
const moment = () => new Date(Date.UTC(2026, 0, 1 + Math.floor(Math.random() * 3), 0, 0, 0, pick([0, 1, 120, 999])))

/** Accounts with all kinds of things, as nobody wrote them through the API: with any versions and dates. */
export async function fillDatabase(database: OpenDatabase, { users = 4, tasks = 30 } = {}): Promise<string[]> {
  const made = Array.from({ length: users }, (_, index) => ({
    id: pick([uuidv7(), randomUUID()]),
    email: `${index}-${randomUUID()}@example.com`,
    passwordHash: perhaps(`$2b$04$${'x'.repeat(53)}`),
    isActive: Math.random() < 0.8,
    changeSeq: 5_000,
    purgedSeq: 17,
    createdAt: moment(),
    updatedAt: moment(),
  }))
  await database.longTransaction(async (transaction) => {
    await switchTriggers(transaction, 'DISABLE')
    await transaction.user.createMany({ data: made })
    // The first has nothing.
    for (const { id: userId } of made.slice(1)) await fillAccount(transaction, { userId, tasks })
    await transaction.externalDeletion.createMany({
      data: ['b', 'ä', 'B', text()].map((subject) => ({
        issuer: 'https://id.example.com',
        subject,
        issuedBefore: moment(),
        until: moment(),
      })),
    })
    await switchTriggers(transaction, 'ENABLE')
    await transaction.$queryRaw`SELECT recount_user(id)::text FROM users`
  })
  return made.map(({ id }) => id)
}

async function switchTriggers(transaction: Prisma.TransactionClient, action: 'ENABLE' | 'DISABLE'): Promise<void> {
  for (const { table } of Object.values(archiveKinds)) {
    await transaction.$executeRawUnsafe(`ALTER TABLE ${table} ${action} TRIGGER USER`)
  }
}

async function fillAccount(
  transaction: Prisma.TransactionClient,
  { userId, tasks: count }: { userId: string; tasks: number },
): Promise<void> {
  const row = () => ({
    userId,
    id: pick([uuidv7(), randomUUID()]),
    version: Math.floor(Math.random() * 5_000),
    createdAt: moment(),
    updatedAt: moment(),
    deletedAt: perhaps(moment()),
  })
  const tags = Array.from({ length: 8 }, (_, index) => ({
    ...row(),
    name: `${index} ${text()}`,
    color: perhaps('#1e90ff'),
  }))
  const tasks = Array.from({ length: count }, () => {
    const completedAt = perhaps(moment())
    const dueAt = perhaps(pick([moment(), new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z')]))
    return {
      ...row(),
      title: text(),
      description: perhaps(text().repeat(20)),
      completed: completedAt !== null,
      completedAt,
      dueAt,
    }
  })
  await transaction.tag.createMany({
    data: tags.map((tag) => ({ ...tag, nameKey: tag.deletedAt === null ? tag.name.toLowerCase() : null })),
  })
  await transaction.task.createMany({ data: tasks })
  await transaction.taskTag.createMany({
    data: tasks.flatMap((task) =>
      tags.filter(() => Math.random() < 0.3).map((tag) => ({ userId, taskId: task.id, tagId: tag.id })),
    ),
  })
  await transaction.session.createMany({
    data: [1, 7].map((generation) => ({
      userId,
      id: randomUUID(),
      generation,
      parent: generation === 1 ? null : generation - 1,
      userAgent: perhaps(text()),
      ip: perhaps('2001:db8::1'),
      createdAt: moment(),
      rotatedAt: moment(),
      confirmedAt: perhaps(moment()),
      idleExpiresAt: new Date('2026-02-01T00:00:00Z'),
      expiresAt: new Date('2026-03-01T00:00:00Z'),
      revokedAt: perhaps(moment()),
    })),
  })
  await transaction.apiToken.create({
    data: {
      userId,
      id: randomUUID(),
      name: text(),
      tokenHash: createHash('sha256').update(userId).digest('hex'),
      lastUsedAt: perhaps(moment()),
      expiresAt: perhaps(moment()),
      createdAt: moment(),
      revokedAt: perhaps(moment()),
    },
  })
  await transaction.externalIdentity.createMany({
    data: ['b', 'ä', 'B'].map((subject) => ({ issuer: text(), subject: `${subject} ${userId}`, userId })),
  })
}

/** Each row of each table as JSON, but for the counters that begin anew, in the order of its text. */
export async function allRows(database: OpenDatabase): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {}
  for (const kind of archiveKindNames) {
    const { table } = archiveKinds[kind]
    const found = await database.client.$queryRawUnsafe<{ row: string }[]>(
      `SELECT (to_jsonb(${table}) - 'change_seq' - 'purged_seq')::text AS row FROM ${table}`,
    )
    rows[kind] = found.map(({ row }) => row).sort()
  }
  return rows
}
