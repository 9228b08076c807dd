DROP INDEX CONCURRENTLY "api_tokens_ended";
DROP INDEX CONCURRENTLY "sessions_ended";
DROP INDEX CONCURRENTLY "users_deleted";
