export { type CatalogObject, readCatalog, readExpectedCatalog } from './catalog.ts'
export { examineServer } from './checks/examine-server.ts'
export { type Finding, type Grade, type NamedFinding, ok, sentenceOf } from './checks/finding.ts'
export { endsLateStatements } from './checks/late-statements.ts'
export { refuseUnfitServer } from './checks/refuse-unfit-server.ts'
export type { DatabaseConfig } from './config.ts'
export type { Connections, OpenDatabase } from './driver.ts'
export { hasEmbeddedDatabase } from './embedded-folders.ts'
export {
  databaseMessage,
  isForbidden,
  isForeignKeyViolation,
  isLostConnection,
  isOutOfTime,
  isRefusedData,
  isTimeout,
  isUnavailable,
  isUniqueViolation,
  isWriteConflict,
  sqlStateOf,
} from './errors.ts'
export { explainDatabaseFailure } from './explain-failure.ts'
export { describeFailure, type FailureKind, type FailureText } from './failure-kind.ts'
export { unusableFolder } from './folder-error.ts'
export { connectInFolder, listenInFolder } from './folder-socket.ts'
export { Prisma, PrismaClient } from './generated/client.ts'
export type { Snapshot } from './long-transaction.ts'
export { UNFINISHED_HINT } from './migrations/errors.ts'
export { migrationNames } from './migrations/folder.ts'
export type { MigrationStatus } from './migrations/history.ts'
export type { Migrations } from './migrations/index.ts'
export { explainMissingTable, prepareSchema } from './migrations/prepare-schema.ts'
export type { Notifications } from './notifications.ts'
export { openDatabase } from './open-database.ts'
export { keepToOwner, makeOwnFolder } from './own-folder.ts'
export { type ReplaceWork, replaceEmbedded } from './replace-embedded.ts'
export {
  currentOrigin,
  type EndedStatement,
  fromNobody,
  fromOrigin,
  offTheClock,
  type StatementListener,
  type StatementOrigin,
} from './statement-observation.ts'
export { type Database, inTransaction } from './transaction.ts'
export { withoutValues } from './without-values.ts'
