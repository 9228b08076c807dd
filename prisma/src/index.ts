export { type CatalogObject, readCatalog, readExpectedCatalog } from './catalog.ts'
export type { DatabaseConfig } from './config.ts'
export {
  databaseMessage,
  isAccessRefused,
  isForeignKeyViolation,
  isLostConnection,
  isTimeout,
  isUnavailable,
  isUniqueViolation,
  isWriteConflict,
} from './errors.ts'
export { FolderInUseError } from './folder-lock.ts'
export { Prisma, PrismaClient } from './generated/client.ts'
export { MigrationError } from './migrations/errors.ts'
export type { MigrationStatus } from './migrations/history.ts'
export type { Migrations } from './migrations/index.ts'
export { draftMigration } from './migrations/schema.ts'
export type { Notifications } from './notifications.ts'
export { type OpenDatabase, openDatabase } from './open-database.ts'
export { type Database, inTransaction } from './transaction.ts'
