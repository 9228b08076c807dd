import { createCollection } from '@tanstack/db'
import { useInfiniteQuery, useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { createTaskwireClient, isTaskwireError, newId, type RouterInputs, safe, type Task } from '@taskwire/client'
import { TaskwireProvider, useSession, useTaskwire } from '@taskwire/client/react'
import { taskCreateForm } from '@taskwire/client/schemas'
import { newTask, tagCollectionOptions, taskCollectionOptions } from '@taskwire/client/tanstack-db'
import { taskwireOffline } from '@taskwire/client/tanstack-db/offline'
import { createMockClient, taskwireError } from '@taskwire/client/testing'
import { createElement } from 'react'

// What an editor shows follows each mark: the type, in one line, and the first line of the documentation where there is
// any. `published-types.service.test.ts` compares.

declare const failure: unknown
declare const now: Date
declare const idOf: (task: Task) => string

// Making a client

const client = createTaskwireClient({ url: 'https://tasks.example.com' })
//    ^? const client: TaskwireClient

const tool = createTaskwireClient({ url: 'https://tasks.example.com', token: 'twk_…' })
//    ^? const tool: TaskwireTokenClient

const created = await client.task.create.mutate({ id: newId(), title: 'Write', dueAt: now })
//    ^? const created: Task

// Calls

client.task.create.mutate({ title: 'Write' })
//     ^? (property) TaskwireProcedures.task: TaskProcedures
//        Things to do.

client.task.create.mutate({ title: 'Write' })
//          ^? (property) create: Mutation<TaskCreateInput, Task>
//             Makes a task. With an `id` of the client's own a repeated call returns what is there: a retry is safe.

client.task.create.mutate({ title: 'Write' })
//                 ^? (property) Mutation<TaskCreateInput, Task>.mutate: (input: TaskCreateInput, options?: CallOptions) => Promise<Task>
//                    Asks the server for the change. It rejects with a `TaskwireError`, or with the signal's reason once that has aborted.

client.task.create.mutate({ title: 'Write' })
//                          ^? (property) TaskCreateInput.title: string
//                             One line of 1 to 200 code points after trimming.

client.task.list.query()
//          ^? (property) list: Query<TaskListInput | undefined, TaskListResult>
//             A page of the user's tasks that match every filter, in the order asked for. `nextCursor` leads on.

const page = await client.task.list.query({ sort: 'dueAt', limit: 50 }, { signal: AbortSignal.timeout(1_000) })
//    ^? const page: TaskListResult

const first = page.items[0]
//    ^? const first: Task

export const due = first?.dueAt?.getTime()
//                        ^? (property) Task.dueAt: Date | null
//                           When it is due; null for no date.

client.task.update.mutate({ id: created.id, version: created.version, description: null })
//          ^? (property) update: Mutation<TaskUpdateInput, Task>
//             Changes what is given of a task and leaves the rest. Fails with `NOT_FOUND`, `VERSION_CONFLICT`.

client.task.delete.mutate({ id: created.id })
//          ^? (property) delete: Mutation<TaskDeleteInput, Deleted>
//             Moves a task to the trash. Fails with `NOT_FOUND`, `VERSION_CONFLICT`.

const tags = await client.tag.list.query()
//    ^? const tags: TagWithCount[]

client.tag.delete.mutate({ id: created.id, version: created.version })
//         ^? (property) delete: Mutation<TagDeleteInput, Deleted>
//            Deletes a tag: its tasks stay, and its name is free again. Fails with `NOT_FOUND`, `VERSION_CONFLICT`.

export const names = tags.map(({ name, taskCount }) => `${name} ${taskCount}`)
//                                     ^? (parameter) taskCount: number
//                                        How many live tasks carry the tag.

client.auth.me.query()
//          ^? (property) me: Query<undefined, User>
//             The user who is signed in.

client.session.list.query()
//             ^? (property) list: Query<undefined, Session[]>
//                Where the user is signed in. Fails with `FORBIDDEN` by an API token.

client.apiToken.create.mutate({ name: 'Backup', password: '…' })
//              ^? (property) create: Mutation<ApiTokenCreateInput, ApiTokenCreated>
//                 Makes a token for an internal tool, which can be read in this answer alone.

client.change.list.query({ since: 0 })
//            ^? (property) list: Query<ChangeListInput | undefined, ChangeListResult>
//               A page of what has changed since a version, each task and tag once and as it is now. `reset` instead of changes: read

export const input: RouterInputs['task']['list'] = undefined
//           ^? const input: TaskListInput | undefined

export const finish = (task: Task) => tool.task.setCompleted.mutate({ id: task.id, completed: true })
//           ^? const finish: (task: Task) => Promise<Task>

// Errors

const [answer, error] = await safe(client.task.get.query({ id: created.id }))
//             ^? const error: TaskwireError<FailurePath> | undefined

export const title = error === undefined ? answer.title : error.message
//                                         ^? const answer: Task

if (isTaskwireError(failure) && failure.data.reason === 'RATE_LIMITED') failure.data.retryAfter.toFixed()
//                                                                                   ^? (property) retryAfter: number
//                                                                                      Seconds to wait, a whole number.

if (isTaskwireError(failure, 'task.update') && failure.data.reason === 'VERSION_CONFLICT') failure.data.current.tags
//                                                                                                      ^? (property) current: Task

if (isTaskwireError(failure) && failure.data.reason === 'VALIDATION_FAILED') failure.data.issues.map(({ path }) => path)
//                                                                                        ^? (property) issues: ValidationIssue<keyof ValidationIssueParams>[]

// The session

client.$session.signIn({ email: 'ada@example.com', password: '…' })
//     ^? (property) TaskwireClient.$session: TaskwireSession
//        Signs in and out, and tells who is signed in.

client.$session.signIn({ email: 'ada@example.com', password: '…' })
//              ^? (method) TaskwireSession.signIn(input: LoginInput, options?: CallOptions): Promise<User>
//                 Fails with `INVALID_CREDENTIALS`, `RATE_LIMITED`.

export const user = await client.$session.restore()
//           ^? const user: User | null

export const email = client.$session.state.status === 'signedIn' ? client.$session.state.user.email : undefined
//           ^? const email: string | undefined

// Changes

client.$changes.subscribe({ onChange: ({ version }) => version, onReset: () => {} })
//              ^? (method) TaskwireChanges.subscribe(subscription: ChangeSubscription): () => void
//                 Tells every change after `since`, once and in order, across networks that fail, tokens that are renewed and servers

client.$changes.subscribe({ onBatch: (changes) => changes.length, onReset: () => {} })
//                                    ^? (parameter) changes: readonly RowChange[]

// React

export function Tasks() {
  const taskwire = useTaskwire()
  //    ^? const taskwire: TaskwireOptions

  const { data } = useQuery(taskwire.task.list.queryOptions({ completed: false }))
  //                                      ^? (property) list: PagesOptions<TaskListInput | undefined, TaskListResult>
  //                                         A page of the user's tasks that match every filter, in the order asked for. `nextCursor` leads on.

  const { error } = useQuery(taskwire.tag.list.queryOptions())
  //      ^? const error: TaskwireError<FailurePath> | null
  //         The error the fetch or `select` failed with.

  const { data: me } = useSuspenseQuery(taskwire.auth.me.queryOptions())
  //            ^? const me: User
  //               The data from before the fetch or `select` failed, which is kept.

  const { data: ids } = useQuery(taskwire.task.list.queryOptions({}, { select: ({ items }) => items.map(idOf) }))
  //            ^? const ids: string[] | undefined
  //               The data from before the fetch or `select` failed, which is kept.

  const pages = useInfiniteQuery(
    taskwire.task.list.infiniteQueryOptions({}, { getNextPageParam: ({ nextCursor }) => nextCursor }),
    //                 ^? (method) PagesOptions<TaskListInput | undefined, TaskListResult>.infiniteQueryOptions<Pages<TaskListResult>>(input: TaskListInput | undefined, options: PagesInForSuspense<TaskListResult, Pages<TaskListResult>>): PagesOutForSuspense<TaskListResult, Pages<TaskListResult>> (+2 overloads)
    //                    For `useInfiniteQuery` and its like, by the cursor that each page answers.
  )
  const create = useMutation(taskwire.task.create.mutationOptions())
  //                                       ^? (property) create: MutationOptions<"task.create", TaskCreateInput, Task>
  //                                          Makes a task. With an `id` of the client's own a repeated call returns what is there: a retry is safe.

  create.mutate({ title: `${ids?.length} of ${pages.data?.pages.length}` })
  //     ^? (property) mutate: (variables: TaskCreateInput, options?: MutateOptions<Task, TaskwireError<"task.create">, TaskCreateInput, unknown> | undefined) => void
  //        The mutation function you can call with variables to trigger the mutation and optionally hooks on additional callback options.

  const update = useMutation(taskwire.task.update.mutationOptions())
  const conflict = update.error?.data.reason === 'VERSION_CONFLICT' ? update.error.data.current : undefined
  //    ^? const conflict: Task | undefined

  const { status } = useSession()
  //      ^? const status: "unknown" | "signedIn" | "signedOut"

  return createElement('p', null, data?.items[0]?.title, error?.message, me.email, status, conflict?.title)
}

export const app = createElement(TaskwireProvider, { client }, createElement(Tasks))
//                                                   ^? (property) TaskwireProviderProps.client: TaskwireClient
//                                                      Make it once, outside of any component.

// Collections of TanStack DB

const tasks = createCollection(taskCollectionOptions({ client }))
//    ^? const tasks: Collection<Task, string, UtilsRecord, never, Task> & NonSingleResult

const tagRows = createCollection(tagCollectionOptions({ client }))
//    ^? const tagRows: Collection<Tag, string, UtilsRecord, never, Tag> & NonSingleResult

tasks.insert(newTask({ title: 'Write', tags: tagRows.toArray }))
//                     ^? (property) NewTask.title: string

export const offline = taskwireOffline({
  //         ^? const offline: TaskwireOffline
  client,
  collections: { tasks, tags: tagRows },
  onConflict: ({ current }) => (current.deletedAt === null ? 'mine' : 'theirs'),
  //             ^? (parameter) current: Task | Tag
  //                The row as it is now.
  onRefused: ({ mine, error }) => [mine.id, error],
  //            ^? (parameter) mine: Task | Tag
  //               The row as the user wants it; where it is to be deleted, as it was seen.
})

// Forms

export const titleOfForm = taskCreateForm.shape.title
//           ^? const titleOfForm: ZodString

// Mock clients

export const mock = createMockClient({ 'task.get': ({ id }) => ({ ...created, id }) })
//           ^? const mock: MockClient

createMockClient({ 'task.update': (input) => ({ ...created, title: input.title ?? '' }) })
//                                 ^? (parameter) input: TaskUpdateInput

export const full = taskwireError('QUOTA_REACHED', { limit: 10 })
//           ^? const full: TaskwireError<FailurePath>
