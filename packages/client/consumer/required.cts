import { createTaskwireClient, isTaskwireError, newId, type Task } from '@taskwire/client'

import testing = require('@taskwire/client/testing')

export async function create(title: string): Promise<Task | null> {
  const client = createTaskwireClient({ url: 'https://tasks.example.com', token: 'twk_…' })
  try {
    return await client.task.create.mutate({ id: newId(), title })
  } catch (error) {
    if (isTaskwireError(error)) return null
    throw error
  }
}

export const mock = testing.createMockClient({ 'auth.logout': () => null })
