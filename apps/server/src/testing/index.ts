export { temporaryFolder } from '@taskwire/prisma/testing'
export { type ChangeStream, openChangeStream } from './change-stream.ts'
export { type ServerProcess, startFromSource } from './server-process.ts'
export { registeredCalls, type TrpcCalls } from './trpc-calls.ts'
