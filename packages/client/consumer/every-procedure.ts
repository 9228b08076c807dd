import { type Change, createTaskwireClient, newId, type ProcedurePath } from '@taskwire/client'

const { auth, account, session, apiToken, task, tag, change } = createTaskwireClient({
  url: 'https://tasks.example.com',
})
const credentials = { email: 'ada@example.com', password: '…' }
const id = newId()

/** One that is missing does not compile, nor does one that the server has not. */
export const everyProcedure = {
  'auth.register': async () => (await auth.register.mutate(credentials)).user.id,
  'auth.login': async () => (await auth.login.mutate(credentials)).accessTokenExpiresAt.getTime(),
  'auth.refresh': async () => (await auth.refresh.mutate()).accessToken.length,
  'auth.restore': async () => (await auth.restore.mutate())?.user.id,
  'auth.logout': () => auth.logout.mutate(),
  'auth.me': async () => (await auth.me.query()).createdAt.getTime(),
  'auth.changePassword': () => auth.changePassword.mutate({ currentPassword: '…', newPassword: '…' }),
  'auth.deleteAccount': () => auth.deleteAccount.mutate({ password: '…' }),
  'account.export': async () => (await account.export.query()).records.map(({ type }) => type),
  'session.list': async () => (await session.list.query()).map((each) => each.id),
  'session.revoke': () => session.revoke.mutate({ id }),
  'session.revokeOthers': () => session.revokeOthers.mutate(),
  'apiToken.create': async () => (await apiToken.create.mutate({ name: 'Backup', password: '…' })).token.length,
  'apiToken.list': async () => (await apiToken.list.query()).map(({ expiresAt }) => expiresAt?.getTime()),
  'apiToken.revoke': () => apiToken.revoke.mutate({ id }),
  'task.list': async () => (await task.list.query({ tagIds: [id], sort: 'dueAt' })).items[0]?.dueAt?.getTime(),
  'task.get': async () => (await task.get.query({ id })).title.length,
  'task.create': async () => (await task.create.mutate({ id, title: 'Write', dueAt: new Date() })).version.toFixed(),
  'task.update': async () => (await task.update.mutate({ id, version: 1, title: 'Read' })).tags.map(({ name }) => name),
  'task.setCompleted': async () => (await task.setCompleted.mutate({ id, completed: true })).completedAt?.getTime(),
  'task.delete': () => task.delete.mutate({ id }),
  'task.restore': () => task.restore.mutate({ id }),
  'task.updateMany': async () => (await task.updateMany.mutate({ ids: [id], completed: true })).count.toFixed(),
  'task.deleteMany': async () => (await task.deleteMany.mutate({ ids: [id] })).count.toFixed(),
  'tag.list': async () => (await tag.list.query()).map(({ taskCount }) => taskCount.toFixed()),
  'tag.create': async () => (await tag.create.mutate({ name: 'Home', color: '#1e90ff' })).deletedAt?.getTime(),
  'tag.update': async () => (await tag.update.mutate({ id, name: 'Garden' })).name.length,
  'tag.delete': () => tag.delete.mutate({ id }),
  'change.list': async () => (await change.list.query({ since: 0 })).changes.map(nameOf),
} satisfies Record<ProcedurePath, () => Promise<unknown>>

function nameOf(change: Change): string | undefined {
  switch (change.type) {
    case 'task':
      return change.task?.title
    case 'tag':
      return change.tag?.name
    case 'reset':
      return undefined
  }
}
