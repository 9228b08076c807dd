/** The database answers, and takes no writes. */
export class ReadOnlyError extends Error {
  override name = 'ReadOnlyError'
  constructor() {
    super('The database only reads: DATABASE_URL leads to a standby, or default_transaction_read_only is on')
  }
}
