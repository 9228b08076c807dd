import { createCollection } from '@tanstack/db'
import { useMutation, useQuery } from '@tanstack/react-query'
import {
  createTaskwireClient,
  type ErrorReason,
  isTaskwireError,
  type RouterInputs,
  type Task,
  type TaskCreateInput,
  type TaskwireClient,
} from '@taskwire/client'
import { TaskwireProvider, useSession, useTaskwire } from '@taskwire/client/react'
import { registerForm, taskCreateForm } from '@taskwire/client/schemas'
import { newTask, tagCollectionOptions, taskCollectionOptions } from '@taskwire/client/tanstack-db'
import { taskwireOffline } from '@taskwire/client/tanstack-db/offline'
import { createMockClient, taskwireError } from '@taskwire/client/testing'
import { createElement } from 'react'

// What follows each mistake is in what a compiler says of it. `published-types.service.test.ts` compares.

declare const client: TaskwireClient
declare const task: Task
declare const failure: unknown
declare const environment: { TASKWIRE_TOKEN?: string }
const tool = createTaskwireClient({ url: '', token: 'twk_…' })

// Inputs

client.task.create.mutate({})
//> Property 'title' is missing in type '{}' but required in type 'TaskCreateInput'.

client.task.create.mutate()
//> Expected 1-2 arguments, but got 0.

client.task.create.mutate({ title: 'Write', dueAt: '2026-12-24' })
//> Type 'string' is not assignable to type 'Date'.

client.task.create.mutate({ title: 'Write', userId: task.id })
//> Object literal may only specify known properties, and 'userId' does not exist in type 'TaskCreateInput'.

client.task.list.query({ sort: 'priority' })
//> Type '"priority"' is not assignable to type

client.task.list.query({ completed: 'yes' })
//> Type 'string' is not assignable to type 'boolean | undefined'.

client.task.update.mutate({ title: 'Write' })
//> Property 'id' is missing in type '{ title: string; }' but required in type 'TaskUpdateInput'.

client.task.setCompleted.mutate({ id: task.id, completed: null })
//> Type 'null' is not assignable to type 'boolean'.

client.task.get.query(task.id)
//> Argument of type 'string' is not assignable to parameter of type 'TaskIdInput'.

client.tag.create.mutate({ name: 'Home', color: 0x1e90ff })
//> Type 'number' is not assignable to type 'string'.

client.task.list.query({}, { abort: new AbortController().signal })
//> Object literal may only specify known properties, and 'abort' does not exist in type 'CallOptions'.

export const input: TaskCreateInput = { title: 'Write', due: new Date() }
//> Object literal may only specify known properties, and 'due' does not exist in type 'TaskCreateInput'.

export const empty: RouterInputs['tag']['list'] = {}
//> Type '{}' is not assignable to type 'undefined'.

// Procedures

client.task.rename
//> Property 'rename' does not exist on type 'TaskProcedures'.

client.task.list.mutate()
//> Property 'mutate' does not exist on type 'Query<TaskListInput | undefined, TaskListResult>'.

client.task.create.query({ title: 'Write' })
//> Property 'query' does not exist on type 'Mutation<TaskCreateInput, Task>'.

client.change.stream.subscribe()
//> Property 'stream' does not exist on type 'ChangeProcedures'.

client.tasks.list.query()
//> Property 'tasks' does not exist on type 'TaskwireClient'. Did you mean 'task'?

// Answers

export const owner = task.userId
//> Property 'userId' does not exist on type 'Task'.

export const due: string = task.dueAt
//> Type 'null' is not assignable to type 'string'.

export const pages = (await client.task.list.query()).nextPage
//> Property 'nextPage' does not exist on type 'TaskListResult'.

export const titles = client.task.list.query().items
//> Property 'items' does not exist on type 'Promise<TaskListResult>'.

// Making a client

createTaskwireClient({ token: 'twk_…' })
//> Property 'url' is missing in type '{ token: "twk_…"; }' but required in type 'CommonOptions'.

createTaskwireClient({ url: '', token: environment.TASKWIRE_TOKEN })
//> token must be a string, or a function that gives one: where it may be missing, decide before whether the client has a

createTaskwireClient({ url: '', token: null })
//> token must be a string, or a function that gives one

tool.$session
//> Property '$session' does not exist on type 'TaskwireTokenClient'. Did you mean 'session'?

export const session: TaskwireClient = tool
//> Property '$session' is missing in type 'TaskwireTokenClient' but required in type 'TaskwireClient'.

// Changes

client.$changes.subscribe({ onChange: () => {} })
//> Property 'onReset' is missing in type '{ onChange: () => void; }' but required in type 'ChangeSubscription'.

client.$changes.subscribe({ onChange: (change) => change.task.title, onReset: () => {} })
//> Property 'task' does not exist on type 'TagChange'.

// Errors

if (isTaskwireError(failure)) failure.data.current.version
//> 'failure.data.current' is possibly 'undefined'.

if (isTaskwireError(failure) && failure.data.reason === 'CONFLICT') throw failure
//> This comparison appears to be unintentional because the types

export function advice(reason: ErrorReason): string {
  //> Function lacks ending return statement and return type does not include 'undefined'.
  switch (reason) {
    case 'NOT_FOUND':
      return 'Look elsewhere'
  }
}

// React

useQuery(useTaskwire().task.list.queryOptions({ search: 1 }))
//> Type 'number' is not assignable to type 'string'.

useQuery(useTaskwire().task.create.queryOptions({ title: 'Write' }))
//> Property 'queryOptions' does not exist on type 'MutationOptions<"task.create", TaskCreateInput, Task>'.

useMutation(useTaskwire().task.create.mutationOptions()).mutate({ title: 1 })
//> Type 'number' is not assignable to type 'string'.

useTaskwire().change.stream.subscriptionOptions()
//> Property 'stream' does not exist on type 'GroupOptions<"change">'.

createElement(TaskwireProvider, { client: tool })
//> Property '$session' is missing in type 'TaskwireTokenClient' but required in type 'TaskwireClient'.

export const email = useSession().user.email
//> Object is possibly 'null'.

const update = useMutation(useTaskwire().task.update.mutationOptions())
if (update.error?.data.reason === 'VERSION_CONFLICT') update.error.data.current.color
//> Property 'color' does not exist on type 'Task'.

// Collections of TanStack DB

const tasks = createCollection(taskCollectionOptions({ client }))
const tags = createCollection(tagCollectionOptions({ client }))

createCollection(taskCollectionOptions({ url: 'https://tasks.example.com' }))
//> Object literal may only specify known properties, and 'url' does not exist in type 'TaskwireCollectionOptions'.

tasks.insert({ title: 'Write' })
//> is missing the following properties from type

tasks.insert(newTask({ tags: tags.toArray }))
//> Property 'title' is missing in type '{ tags: WithVirtualProps<Tag, string>[]; }' but required in type 'NewTask'.

tasks.update(task.id, (draft) => Object.assign(draft, { dueAt: draft.due }))
//> Property 'due' does not exist on type

taskwireOffline({ client, collections: { tasks, tags }, onRefused: () => {} })
//> Property 'onConflict' is missing in type

taskwireOffline({ client, collections: { tasks: tags, tags }, onConflict: () => 'mine', onRefused: () => {} })
//> Type 'Collection<Tag, string, UtilsRecord, never, Tag> & NonSingleResult' is not assignable to type 'Collection<Task,

taskwireOffline({ client, collections: { tasks, tags }, onConflict: () => 'ours', onRefused: () => {} })
//> Type '"ours"' is not assignable to type

// Forms

taskCreateForm.parse({ title: 'Write' }).text
//> Property 'text' does not exist on type '{

registerForm.pick({ name: true })
//> Object literal may only specify known properties, and 'name' does not exist in type 'Mask<"email" | "password"> & Record<never, never>'.

// Mock clients

createMockClient({ 'task.rename': () => task })
//> Object literal may only specify known properties, and ''task.rename'' does not exist in type 'MockHandlers'.

createMockClient({ 'auth.me': () => null })
//> Type 'null' is not assignable to type

throw taskwireError('RATE_LIMITED')
//> Expected 2 arguments, but got 1.
