-- Deleted accounts of which something is left: few, and none most of the time.
CREATE INDEX CONCURRENTLY "users_deleted" ON "users" ("deleted_at") WHERE "deleted_at" IS NOT NULL;

-- Purging looks for the sessions and tokens that ended first.
CREATE INDEX CONCURRENTLY "sessions_ended" ON "sessions" (least("revoked_at", "idle_expires_at"));
CREATE INDEX CONCURRENTLY "api_tokens_ended" ON "api_tokens" (least("revoked_at", "expires_at"));
