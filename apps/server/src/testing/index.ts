export { type ChangeStream, openChangeStream } from './change-stream.ts'
export { type ServerProcess, startFromSource } from './server-process.ts'
export { temporaryFolder } from './temporary-folder.ts'
export { registeredCalls, type TrpcCalls } from './trpc-calls.ts'
