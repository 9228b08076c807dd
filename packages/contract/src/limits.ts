/** Calls that one request may make: the client's batches are no longer, and the server takes no longer ones. */
export const MAX_BATCH_SIZE = 10

/** Milliseconds between two signs of life of the server on a stream. */
export const HEARTBEAT = 15_000

/** Milliseconds without a sign of life after which a client takes a stream for lost and connects again. */
export const SILENCE = 40_000

/** The `iss` of the tokens that a server signs. */
export const TOKEN_ISSUER = 'taskwire'

/** The largest `version`: a PostgreSQL integer. */
export const MAX_VERSION = 2_147_483_647

/** How many tags a task may have; to filter by more would find nothing. */
export const MAX_TAGS_PER_TASK = 50

/** What a user may own where nothing else is configured. */
export const DEFAULT_QUOTAS = { maxTasks: 100_000, maxTags: 1_000 }
