import { randomUUID } from 'node:crypto'
import type { PrismaClient } from '../generated/client.ts'

/** A user of one's own: what a test makes belongs to it, so tests never meet. @returns the id */
export async function newUser(client: PrismaClient): Promise<string> {
  const { id } = await client.user.create({ data: { email: `${randomUUID()}@example.com` } })
  return id
}

/** @returns the id */
export async function newTask(client: PrismaClient, userId: string): Promise<string> {
  const { id } = await client.task.create({ data: { userId, title: 'Water the plants' } })
  return id
}

/** @returns the id */
export async function newTag(client: PrismaClient, userId: string): Promise<string> {
  const name = randomUUID()
  const { id } = await client.tag.create({ data: { userId, name, nameKey: name } })
  return id
}
