export { setupTestServer as default } from './prisma/src/testing/server.ts'
