import { createMockClient } from '@taskwire/client/testing'

export const client = createMockClient({ 'task.rename': () => null })
