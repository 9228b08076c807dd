DROP TRIGGER "tasks_count_inserted" ON "tasks";
DROP TRIGGER "tasks_count_deleted" ON "tasks";
DROP TRIGGER "tasks_count_changed" ON "tasks";
DROP TRIGGER "tasks_count_truncated" ON "tasks";
DROP TRIGGER "tags_count_inserted" ON "tags";
DROP TRIGGER "tags_count_deleted" ON "tags";
DROP TRIGGER "tags_count_changed" ON "tags";
DROP TRIGGER "tags_count_truncated" ON "tags";
DROP FUNCTION "count_no_rows"();
DROP FUNCTION "count_changed_row"();
DROP FUNCTION "count_written_rows"();
DROP FUNCTION "count_rows"(uuid, text, bigint, bigint);
DROP FUNCTION "recount_user"(uuid);
ALTER TABLE "users" DROP COLUMN "deleted_tags",
DROP COLUMN "deleted_tasks",
DROP COLUMN "live_tags",
DROP COLUMN "live_tasks";
