import type { Api } from '#api'

declare const api: Api
const id = '0199c0de-0000-7000-8000-000000000000'

export async function useTwentyProcedures(signal: AbortSignal) {
  const { user, accessTokenExpiresAt } = await api.auth.login.mutate({ email: 'ada@example.com', password: '…' })
  const me = await api.auth.me.query(undefined, { signal })
  await api.auth.changePassword.mutate({ currentPassword: '…', newPassword: '…' })
  await api.auth.logout.mutate()
  const sessions = await api.session.list.query()
  await api.session.revoke.mutate({ id: sessions[0]?.id ?? id })
  const { token } = await api.apiToken.create.mutate({ name: 'Backup', password: '…', expiresAt: new Date() })
  const tokens = await api.apiToken.list.query()
  await api.apiToken.revoke.mutate({ id: tokens[0]?.id ?? id })
  const page = await api.task.list.query({ search: 'write', sort: 'dueAt', dueAfter: new Date() }, { signal })
  const task = await api.task.get.query({ id })
  const created = await api.task.create.mutate({ title: 'Write', dueAt: new Date(), tagIds: [id] })
  const updated = await api.task.update.mutate({ id, version: created.version, title: 'Read' })
  const completed = await api.task.setCompleted.mutate({ id, completed: true })
  await api.task.delete.mutate({ id })
  const restored = await api.task.restore.mutate({ id })
  const { count } = await api.task.updateMany.mutate({ ids: [id], completed: true })
  const tags = await api.tag.list.query()
  const tag = await api.tag.create.mutate({ name: 'Home', color: '#1e90ff' })
  await api.tag.delete.mutate({ id: tag.id })
  const dates: (Date | null | undefined)[] = [accessTokenExpiresAt, me.createdAt, page.items[0]?.dueAt, task.dueAt]
  const titles: string[] = [user.email, token, updated.title, restored.title, ...tags.map(({ name }) => name)]
  return { dates, titles, count: count.toFixed(), at: completed.completedAt?.getTime() }
}
