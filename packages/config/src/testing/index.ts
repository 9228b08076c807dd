export { freePort } from './free-port.ts'
export { ROOT, type ServerProcess, startFromBuild, startFromSource } from './server-process.ts'
