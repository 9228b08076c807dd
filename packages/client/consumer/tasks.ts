import {
  createTaskwireClient,
  type ErrorReason,
  isTaskwireError,
  newId,
  type RouterInputs,
  type RouterOutputs,
  type SessionState,
  safe,
  type Tag,
  type Task,
  type TaskwireClient,
  type TaskwireTokenClient,
  type User,
} from '@taskwire/client'

type NewTask = RouterInputs['task']['create']
type Page = RouterOutputs['task']['list']

export const client: TaskwireClient = createTaskwireClient({ url: 'https://tasks.example.com' })
export const tool: TaskwireTokenClient = createTaskwireClient({ url: 'https://tasks.example.com', token: 'twk_…' })

export async function start(show: (state: SessionState) => void): Promise<() => void> {
  const stop = client.$session.subscribe(show)
  const user: User | null = await client.$session.restore()
  if (user === null) await client.$session.signIn({ email: 'ada@example.com', password: '…' })
  return stop
}

export async function plan(tag: Tag): Promise<Task> {
  const input: NewTask = { id: newId(), title: 'Write', dueAt: new Date(), tagIds: [tag.id] }
  return client.task.create.mutate(input)
}

export async function nextDue(signal: AbortSignal): Promise<number | undefined> {
  const page: Page = await client.task.list.query({ sort: 'dueAt', order: 'asc', dueAfter: new Date() }, { signal })
  return page.items[0]?.dueAt?.getTime()
}

export async function nameOf(): Promise<string> {
  const user: User = await client.auth.me.query()
  return `${user.email}, since ${user.createdAt.getFullYear()}`
}

export async function rename(task: Task, title: string): Promise<Task> {
  try {
    return await client.task.update.mutate({ id: task.id, version: task.version, title })
  } catch (error) {
    if (!isTaskwireError(error)) throw error
    switch (error.data.reason) {
      case 'VERSION_CONFLICT':
        return rename({ ...task, version: error.data.current.version }, title)
      case 'VALIDATION_FAILED':
        throw new Error(error.data.issues.map(({ path, message }) => `${path}: ${message}`).join('\n'))
      case 'QUOTA_REACHED':
        throw new Error(`At most ${error.data.limit.toFixed()}`)
      case 'RATE_LIMITED':
      case 'OVERLOADED':
      case 'UNAVAILABLE':
        throw new Error(`Try again in ${error.data.retryAfter.toFixed()} s`)
      case 'NETWORK':
      case 'TIMED_OUT':
      case 'BAD_ANSWER':
        throw error
      default:
        throw new Error(advice(error.data.reason))
    }
  }
}

export async function titleOf(id: string): Promise<string> {
  const [task, error] = await safe(tool.task.get.query({ id }))
  return error === undefined ? task.title : error.reason
}

/** Every reason has its case: no default, and the compiler agrees. */
export function advice(reason: ErrorReason): string {
  switch (reason) {
    case 'TOKEN_MISSING':
    case 'TOKEN_EXPIRED':
    case 'TOKEN_INVALID':
    case 'SESSION_REVOKED':
    case 'ACCOUNT_INACTIVE':
    case 'INVALID_CREDENTIALS':
      return 'Sign in'
    case 'RATE_LIMITED':
    case 'OVERLOADED':
    case 'UNAVAILABLE':
    case 'TIMEOUT':
      return 'Try again later'
    case 'VALIDATION_FAILED':
    case 'EMAIL_TAKEN':
    case 'TAG_NAME_TAKEN':
    case 'VERSION_CONFLICT':
      return 'Change the input'
    case 'QUOTA_REACHED':
      return 'Remove something'
    case 'FORBIDDEN':
    case 'NOT_FOUND':
      return 'Look elsewhere'
    case 'MALFORMED_REQUEST':
    case 'CROSS_SITE':
    case 'UNKNOWN_PROCEDURE':
    case 'METHOD_NOT_SUPPORTED':
    case 'PAYLOAD_TOO_LARGE':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'INTERNAL':
      return 'Report it'
  }
}
