-- Writers lock these tables in both orders. So all of them at once, or none and once more: nobody waits in a circle, and
-- whoever comes while a long transaction keeps this one waiting waits half a second at most.
DO $$
BEGIN
    FOR attempt IN 1..100 LOOP
        BEGIN
            SET LOCAL lock_timeout = '500ms';
            LOCK TABLE "users" IN ACCESS EXCLUSIVE MODE;
            LOCK TABLE "tasks", "tags" IN SHARE ROW EXCLUSIVE MODE;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.1 + random() / 5);
        END;
    END LOOP;
    RAISE lock_not_available USING MESSAGE = 'The tables are in use by transactions that do not end: end them, and migrate again';
END
$$;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "deleted_tags" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "deleted_tasks" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "live_tags" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "live_tasks" INTEGER NOT NULL DEFAULT 0;

-- Counts one user's tasks and tags anew, for whoever writes past the triggers.
CREATE FUNCTION "recount_user"("of_user" uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Writers wait; what they wrote before is seen by the statement after this one.
    PERFORM 1 FROM users WHERE id = of_user FOR NO KEY UPDATE;
    UPDATE users SET
        live_tasks = (SELECT count(*) FROM tasks WHERE user_id = of_user AND deleted_at IS NULL),
        deleted_tasks = (SELECT count(*) FROM tasks WHERE user_id = of_user AND deleted_at IS NOT NULL),
        live_tags = (SELECT count(*) FROM tags WHERE user_id = of_user AND deleted_at IS NULL),
        deleted_tags = (SELECT count(*) FROM tags WHERE user_id = of_user AND deleted_at IS NOT NULL)
    WHERE id = of_user;
END
$$;

-- Adds to the counters of a user. Of one who is being deleted in this very statement nothing is left to count.
CREATE FUNCTION "count_rows"("of_user" uuid, "of_table" text, "live" bigint, "deleted" bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF of_table = 'tasks' THEN
        UPDATE users SET live_tasks = live_tasks + live, deleted_tasks = deleted_tasks + deleted WHERE id = of_user;
    ELSE
        UPDATE users SET live_tags = live_tags + live, deleted_tags = deleted_tags + deleted WHERE id = of_user;
    END IF;
    RETURN FOUND;
END
$$;

-- After the statement: a trigger before an insert fires for a row too that ON CONFLICT DO NOTHING leaves out.
CREATE FUNCTION "count_written_rows"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    -- One after the other in the order of their ids, or two statements on the rows of several users could deadlock.
    PERFORM count_rows(user_id, TG_TABLE_NAME, sign * live, sign * deleted)
    FROM (
        SELECT user_id, count(*) FILTER (WHERE deleted_at IS NULL) AS live,
            count(*) FILTER (WHERE deleted_at IS NOT NULL) AS deleted
        FROM written GROUP BY user_id ORDER BY user_id
    ) counted;
    RETURN NULL;
END
$$;

-- A row that is deleted, restored or given to another user.
CREATE FUNCTION "count_changed_row"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was_deleted integer := (OLD.deleted_at IS NOT NULL)::int;
    is_deleted integer := (NEW.deleted_at IS NOT NULL)::int;
BEGIN
    IF OLD.user_id = NEW.user_id THEN
        PERFORM count_rows(NEW.user_id, TG_TABLE_NAME, was_deleted - is_deleted, is_deleted - was_deleted);
    -- A user whose own id was changed is not found by the old one: the counters went along.
    ELSIF count_rows(OLD.user_id, TG_TABLE_NAME, was_deleted - 1, -was_deleted) THEN
        PERFORM count_rows(NEW.user_id, TG_TABLE_NAME, 1 - is_deleted, is_deleted);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION "count_no_rows"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'tasks' THEN
        UPDATE users SET live_tasks = 0, deleted_tasks = 0 WHERE live_tasks <> 0 OR deleted_tasks <> 0;
    ELSE
        UPDATE users SET live_tags = 0, deleted_tags = 0 WHERE live_tags <> 0 OR deleted_tags <> 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER "tasks_count_inserted" AFTER INSERT ON "tasks"
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION "count_written_rows"();
CREATE TRIGGER "tasks_count_deleted" AFTER DELETE ON "tasks"
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION "count_written_rows"();
-- By row, because a trigger of the statement has no condition: every other update would pay for it.
CREATE TRIGGER "tasks_count_changed" AFTER UPDATE ON "tasks" FOR EACH ROW
    WHEN ((OLD."user_id", OLD."deleted_at" IS NULL) IS DISTINCT FROM (NEW."user_id", NEW."deleted_at" IS NULL))
    EXECUTE FUNCTION "count_changed_row"();
CREATE TRIGGER "tasks_count_truncated" AFTER TRUNCATE ON "tasks"
    FOR EACH STATEMENT EXECUTE FUNCTION "count_no_rows"();

CREATE TRIGGER "tags_count_inserted" AFTER INSERT ON "tags"
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION "count_written_rows"();
CREATE TRIGGER "tags_count_deleted" AFTER DELETE ON "tags"
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION "count_written_rows"();
CREATE TRIGGER "tags_count_changed" AFTER UPDATE ON "tags" FOR EACH ROW
    WHEN ((OLD."user_id", OLD."deleted_at" IS NULL) IS DISTINCT FROM (NEW."user_id", NEW."deleted_at" IS NULL))
    EXECUTE FUNCTION "count_changed_row"();
CREATE TRIGGER "tags_count_truncated" AFTER TRUNCATE ON "tags"
    FOR EACH STATEMENT EXECUTE FUNCTION "count_no_rows"();
