export type { ErrorDetails } from '@taskwire/contract'
export { createMockClient, type MockClientOptions, type MockHandlers } from './mock-client.ts'
export { taskwireError } from './taskwire-error.ts'
