-- Of which generation a session's current one was made. Until now that was always the one before.
ALTER TABLE "sessions" ADD COLUMN "parent" INTEGER;

UPDATE "sessions" SET "parent" = "generation" - 1 WHERE "generation" > 1;

-- A null passes: the generation that a sign-in makes has no parent.
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_parent_check" CHECK ("parent" < "generation");
