export { ROOT, type ServerProcess, startFromBuild, startFromSource } from './server-process.ts'
