export { type CatalogObject, readCatalog, readExpectedCatalog } from './catalog.ts'
export type { DatabaseConfig } from './config.ts'
export type { OpenDatabase } from './driver.ts'
export {
  isForeignKeyViolation,
  isLostConnection,
  isTimeout,
  isUnavailable,
  isUniqueViolation,
  isWriteConflict,
} from './errors.ts'
export { explainDatabaseFailure } from './explain-failure.ts'
export { unusableFolder } from './folder-error.ts'
export { Prisma, PrismaClient } from './generated/client.ts'
export { UNFINISHED_HINT } from './migrations/errors.ts'
export type { MigrationStatus } from './migrations/history.ts'
export type { Migrations } from './migrations/index.ts'
export { prepareSchema } from './migrations/prepare-schema.ts'
export { draftMigration } from './migrations/schema.ts'
export type { Notifications } from './notifications.ts'
export { openDatabase } from './open-database.ts'
export { keepToOwner, makeOwnFolder } from './own-folder.ts'
export { type Database, inTransaction } from './transaction.ts'
