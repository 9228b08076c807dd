export { createTaskwireOptions } from './react/options.ts'
export { type RestoreSessionOptions, restoreSession } from './server/restore-session.ts'
