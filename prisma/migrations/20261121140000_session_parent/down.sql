ALTER TABLE "sessions" DROP COLUMN "parent";
