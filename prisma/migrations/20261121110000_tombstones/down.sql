DROP INDEX "tasks_tombstones";
DROP INDEX "tags_tombstones";
