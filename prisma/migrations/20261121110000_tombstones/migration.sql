-- Purging looks for the oldest tombstones of all users.
CREATE INDEX "tasks_tombstones" ON "tasks" ("deleted_at") WHERE "deleted_at" IS NOT NULL;
CREATE INDEX "tags_tombstones" ON "tags" ("deleted_at") WHERE "deleted_at" IS NOT NULL;
