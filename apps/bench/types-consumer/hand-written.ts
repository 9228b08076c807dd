import type { TRPCRequestOptions } from '@trpc/client'

interface Query<Input, Output> {
  query(input: Input, options?: TRPCRequestOptions): Promise<Output>
}

interface Mutation<Input, Output> {
  mutate(input: Input, options?: TRPCRequestOptions): Promise<Output>
}

/** Takes nothing, or may do without. */
interface QueryOf<Output, Input = undefined> {
  query(input?: Input, options?: TRPCRequestOptions): Promise<Output>
}

interface User {
  id: string
  email: string
  createdAt: Date
  updatedAt: Date
}

interface Task {
  id: string
  title: string
  description: string | null
  completed: boolean
  completedAt: Date | null
  dueAt: Date | null
  tags: { id: string; name: string; color: string | null }[]
  version: number
  createdAt: Date
  updatedAt: Date
  deletedAt: Date | null
}

interface TaskFields {
  title?: string
  description?: string | null
  completed?: boolean
  dueAt?: Date | null
  tagIds?: string[]
}

interface Tag {
  id: string
  name: string
  color: string | null
  version: number
  createdAt: Date
  updatedAt: Date
  deletedAt: Date | null
}

interface TaskFilter {
  search?: string
  completed?: boolean
  tagIds?: string[]
  dueAfter?: Date
  dueBefore?: Date
  sort?: 'createdAt' | 'updatedAt' | 'dueAt' | 'title'
  order?: 'asc' | 'desc'
  limit?: number
  cursor?: string | null
}

interface ApiToken {
  id: string
  name: string
  createdAt: Date
  lastUsedAt: Date | null
  expiresAt: Date | null
}

interface ById {
  id: string
}

export interface Api {
  auth: {
    login: Mutation<
      { email: string; password: string },
      { user: User; accessToken: string; accessTokenExpiresAt: Date }
    >
    me: QueryOf<User>
    changePassword: Mutation<{ currentPassword: string; newPassword: string; keepApiTokens?: boolean }, null>
    logout: { mutate(): Promise<null> }
  }
  session: {
    list: QueryOf<{ id: string; createdAt: Date; current: boolean }[]>
    revoke: Mutation<ById, null>
  }
  apiToken: {
    create: Mutation<
      { name: string; password?: string; expiresAt?: Date | null },
      { token: string; apiToken: ApiToken }
    >
    list: QueryOf<ApiToken[]>
    revoke: Mutation<ById, null>
  }
  task: {
    list: QueryOf<{ items: Task[]; nextCursor: string | null; total: number | null }, TaskFilter>
    get: Query<ById, Task>
    create: Mutation<TaskFields & { id?: string; title: string }, Task>
    update: Mutation<TaskFields & { id: string; version?: number }, Task>
    setCompleted: Mutation<{ id: string; completed: boolean }, Task>
    delete: Mutation<ById, null>
    restore: Mutation<ById, Task>
    updateMany: Mutation<{ ids: string[]; completed?: boolean }, { count: number }>
  }
  tag: {
    list: QueryOf<(Tag & { taskCount: number })[]>
    create: Mutation<{ id?: string; name: string; color?: string | null }, Tag>
    delete: Mutation<ById, null>
  }
}
