-- Before anything else: who deletes first, and then wants the table for itself, may wait in a circle.
LOCK TABLE "users";

-- Those that were deleted since the migration after this one was taken back: nothing would know them from the others.
DELETE FROM "users" WHERE "deleted_at" IS NOT NULL;

ALTER TABLE "users" DROP COLUMN "removal_at",
DROP COLUMN "deleted_at";
