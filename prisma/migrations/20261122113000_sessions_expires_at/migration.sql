-- Purging looks in sessions_ended instead.
DROP INDEX CONCURRENTLY "sessions_expires_at_idx";
