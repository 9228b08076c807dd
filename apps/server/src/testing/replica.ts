import type { Tag, Task } from '@taskwire/contract'
import type { PlainChange, TrpcCalls } from '@taskwire/router/testing'

/** A user's live tasks and tags, in one form from wherever they come. */
interface State {
  tasks: { id: string }[]
  tags: { id: string }[]
}

/** One device's copy of a user's tasks and tags, kept current by changes alone. */
export interface Replica {
  /** The last version that has arrived. */
  readonly version: number
  /** How often a change came that was not newer than the last. */
  readonly repeats: number
  apply(change: PlainChange): void
  state(): State
}

export function createReplica(): Replica {
  const tasks = new Map<string, Task>()
  const tags = new Map<string, Tag>()
  let version = 0
  let repeats = 0
  return {
    get version() {
      return version
    },
    get repeats() {
      return repeats
    },
    apply(change) {
      if (change.version <= version) repeats += 1
      version = change.version
      if (change.type === 'task') keep(tasks, change.id, change.task)
      else if (change.type === 'tag') keep(tags, change.id, change.tag)
      else throw new Error('Asked to begin anew')
    },
    state: () => ({
      // A renamed or deleted tag is told once, and not with each of its tasks.
      tasks: [...tasks.values()]
        .map((task) => ({ ...task, tags: task.tags.flatMap(({ id }) => tags.get(id) ?? []) }))
        .map(plainTask)
        .sort(byId),
      tags: [...tags.values()].sort(byId),
    }),
  }
}

/** The same as the lists have it. */
export async function readState(calls: TrpcCalls): Promise<State> {
  const tasks: Task[] = []
  let cursor: string | null = null
  do {
    const json: object = { limit: 100, ...(cursor !== null && { cursor }) }
    const { data } = await calls.query<{ items: Task[]; nextCursor: string | null }>('task.list', { json })
    tasks.push(...data.items)
    cursor = data.nextCursor
  } while (cursor !== null)
  const tags = await calls.query<(Tag & { taskCount: number })[]>('tag.list')
  return {
    tasks: tasks.map(plainTask).sort(byId),
    tags: tags.data.map(({ taskCount: _, ...tag }) => tag).sort(byId),
  }
}

function keep<T>(rows: Map<string, T>, id: string, row: T | null): void {
  if (row === null) rows.delete(id)
  else rows.set(id, row)
}

function plainTask(task: Task) {
  return { ...task, tags: task.tags.map(({ id, name, color }) => ({ id, name, color })).sort(byId) }
}

function byId(first: { id: string }, second: { id: string }): number {
  return first.id < second.id ? -1 : 1
}
