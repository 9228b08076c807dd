import { expectTypeOf } from 'vitest'
import {
  createTaskwireClient,
  type ErrorReason,
  type FailureReason,
  isTaskwireError,
  type RouterInputs,
  type RouterOutputs,
  type SessionState,
  safe,
  type Tag,
  type Task,
  type TaskwireChanges,
  type TaskwireClient,
  type TaskwireError,
  type TaskwireTokenClient,
  type User,
} from './index.ts'

declare const client: TaskwireClient

// A token or a session; whoever takes either asks for the less.
expectTypeOf(createTaskwireClient({ url: '' })).toEqualTypeOf<TaskwireClient>()
expectTypeOf(createTaskwireClient({ url: '', token: '' })).toEqualTypeOf<TaskwireTokenClient>()
expectTypeOf<TaskwireClient>().toExtend<TaskwireTokenClient>()
// @ts-expect-error with a token there is no session
createTaskwireClient({ url: '', token: '' }).$session
// @ts-expect-error one or the other, not whichever it turns out to be
createTaskwireClient({ url: '', token: '' as string | undefined })
// @ts-expect-error a function has to give a token, too
createTaskwireClient({ url: '', token: async () => '' as string | undefined })
// @ts-expect-error with a token there is no session to begin with
createTaskwireClient({ url: '', token: '', initialSession: null })
// @ts-expect-error no such option
createTaskwireClient({ url: '', tokens: '' })
createTaskwireClient({ url: '', token: async () => '', headers: ({ path, type }) => ({ [path]: type }) })
createTaskwireClient({ url: '', onCall: ({ ms }) => expectTypeOf(ms).toEqualTypeOf<number>() }).$close()
// @ts-expect-error no address
createTaskwireClient({ token: '' })

// The session: a user where somebody is signed in, and only there.
expectTypeOf(client.$session.signIn({ email: '', password: '' })).resolves.toEqualTypeOf<User>()
expectTypeOf(client.$session.restore()).resolves.toEqualTypeOf<User | null>()
expectTypeOf(client.$session.status).toEqualTypeOf<'unknown' | 'signedIn' | 'signedOut'>()
expectTypeOf<Extract<SessionState, { status: 'signedIn' }>['user']>().toEqualTypeOf<User>()
expectTypeOf<Extract<SessionState, { status: 'unknown' | 'signedOut' }>['user']>().toEqualTypeOf<null>()
expectTypeOf<Extract<SessionState, { status: 'signedOut' }>['reason']>().toEqualTypeOf<
  'none' | 'signedOut' | 'expired' | 'revoked'
>()

// What changes: the same with a token and with a session.
expectTypeOf(client.$changes.subscribe({ onChange: () => {}, onReset: () => {} })).toEqualTypeOf<() => void>()
expectTypeOf(createTaskwireClient({ url: '', token: '' }).$changes).toEqualTypeOf<TaskwireChanges>()
client.$changes.subscribe({
  since: 7,
  onChange(change) {
    if (change.type === 'task') expectTypeOf(change.task).toEqualTypeOf<Task | null>()
    else expectTypeOf(change.tag).toEqualTypeOf<Tag | null>()
  },
  onReset: ({ version }) => expectTypeOf(version).toEqualTypeOf<number>(),
})
// @ts-expect-error whoever keeps what is told has to know when it is void
client.$changes.subscribe({ onChange: () => {} })

// What comes back has the public types, with real dates.
expectTypeOf(client.task.get.query({ id: '' })).resolves.toEqualTypeOf<Task>()
expectTypeOf(client.auth.me.query()).resolves.toEqualTypeOf<User>()
expectTypeOf(client.tag.list.query()).resolves.items.toExtend<Tag>()
expectTypeOf<Task['dueAt']>().toEqualTypeOf<Date | null>()
expectTypeOf(client.task.delete.mutate({ id: '' })).resolves.toEqualTypeOf<{ version: number }>()

// Inputs and outputs have names, for functions of one's own.
expectTypeOf<RouterInputs['task']['create']['dueAt']>().toEqualTypeOf<Date | null | undefined>()
expectTypeOf<RouterOutputs['task']['list']['items']>().toEqualTypeOf<Task[]>()

// An input is needed where there is one, and may be left out where all of it is optional.
expectTypeOf(client.task.list.query).toBeCallableWith()
expectTypeOf(client.task.list.query).toBeCallableWith({ search: 'x', dueAfter: new Date() })
// @ts-expect-error a title is missing
client.task.create.mutate({})
// @ts-expect-error a date, not its text
client.task.create.mutate({ title: 'Write', dueAt: '2026-12-24' })
// @ts-expect-error no such field
client.task.create.mutate({ title: 'Write', userId: '' })
// @ts-expect-error a query is no mutation
client.task.list.mutate()
// @ts-expect-error no such procedure
client.task.rename

// A signal goes with any call.
expectTypeOf(client.task.list.query).toBeCallableWith({}, { signal: new AbortController().signal })

// An error narrows by its reason to what the reason carries, and by its procedure to whose row it is.
declare const error: unknown
if (isTaskwireError(error)) {
  expectTypeOf(error).toExtend<Error>()
  expectTypeOf(error.reason).toEqualTypeOf<ErrorReason | 'NETWORK' | 'TIMED_OUT' | 'BAD_ANSWER'>()
  expectTypeOf(error.data.reason).toEqualTypeOf<FailureReason>()
  expectTypeOf(error.data.requestId).toEqualTypeOf<string | undefined>()
  if (error.data.reason === 'VERSION_CONFLICT') expectTypeOf(error.data.current).toEqualTypeOf<Task | Tag>()
  if (error.data.reason === 'QUOTA_REACHED') expectTypeOf(error.data.limit).toEqualTypeOf<number>()
  if (error.data.reason === 'RATE_LIMITED') expectTypeOf(error.data.retryAfter).toEqualTypeOf<number>()
  if (error.data.reason === 'NETWORK') expectTypeOf(error.data.httpStatus).toEqualTypeOf<undefined>()
  // @ts-expect-error no such reason
  if (error.data.reason === 'TEAPOT') throw error
}
if (isTaskwireError(error, 'task') && error.data.reason === 'VERSION_CONFLICT') {
  expectTypeOf(error.data.current).toEqualTypeOf<Task>()
  expectTypeOf(error.path).toExtend<`task.${string}`>()
}
if (isTaskwireError(error, 'tag.update') && error.data.reason === 'VERSION_CONFLICT') {
  expectTypeOf(error.data.current).toEqualTypeOf<Tag>()
  expectTypeOf(error.path).toEqualTypeOf<'tag.update'>()
}
expectTypeOf<TaskwireError<'task.update'>>().toExtend<TaskwireError>()
// @ts-expect-error no such procedure
isTaskwireError(error, 'task.rename')

// Without throwing: one or the other.
const [task, failure] = await safe(client.task.get.query({ id: '' }))
if (failure === undefined) expectTypeOf(task).toEqualTypeOf<Task>()
else expectTypeOf(failure).toEqualTypeOf<TaskwireError>()
