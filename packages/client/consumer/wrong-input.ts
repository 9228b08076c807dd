import { createTaskwireClient } from '@taskwire/client'

export const task = createTaskwireClient({ url: '' }).task.create.mutate({ title: 'Write', dueAt: '2026-12-24' })
