import { createTaskwireClient } from '@taskwire/client'

export const task = createTaskwireClient({ url: '' }).task.rename
