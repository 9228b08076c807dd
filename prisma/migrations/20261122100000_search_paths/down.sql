-- The functions as the migrations before made them.
CREATE OR REPLACE FUNCTION "stamp_version"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_version integer;
BEGIN
    UPDATE users SET change_seq = change_seq + 1 WHERE id = NEW.user_id RETURNING change_seq INTO next_version;
    IF NOT FOUND THEN
        -- The user is being deleted in this very statement, or never was and the foreign key will say so.
        RETURN NEW;
    END IF;
    NEW.version := next_version;
    NEW.updated_at := clock_timestamp();
    IF TG_OP = 'INSERT' THEN
        NEW.created_at := NEW.updated_at;
    ELSE
        NEW.created_at := OLD.created_at;
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION "stamp_linked_tasks"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Several of a user's rows follow: the user's row first, or two such statements could deadlock.
    PERFORM 1 FROM users WHERE id IN (SELECT user_id FROM changed_links) ORDER BY id FOR NO KEY UPDATE;
    UPDATE tasks SET version = version
    WHERE (user_id, id) IN (
            SELECT link.user_id, link.task_id
            FROM changed_links link
            JOIN tags ON tags.user_id = link.user_id AND tags.id = link.tag_id
            WHERE tags.deleted_at IS NULL
        )
        -- A task that this transaction has written already carries a version that nobody has seen yet.
        AND xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION "live_tags"("of_user" uuid, "of_task" uuid) RETURNS json LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(
        json_agg(json_build_object('id', tags.id, 'name', tags.name, 'color', tags.color) ORDER BY tags.name_key),
        '[]'
    )
    FROM task_tags
    JOIN tags ON tags.user_id = task_tags.user_id AND tags.id = task_tags.tag_id
    WHERE task_tags.user_id = of_user AND task_tags.task_id = of_task AND tags.deleted_at IS NULL
$$;

CREATE OR REPLACE FUNCTION "recount_user"("of_user" uuid) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION "count_rows"("of_user" uuid, "of_table" text, "live" bigint, "deleted" bigint) RETURNS boolean
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

CREATE OR REPLACE FUNCTION "count_written_rows"() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION "count_changed_row"() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION "count_no_rows"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'tasks' THEN
        UPDATE users SET live_tasks = 0, deleted_tasks = 0 WHERE live_tasks <> 0 OR deleted_tasks <> 0;
    ELSE
        UPDATE users SET live_tags = 0, deleted_tags = 0 WHERE live_tags <> 0 OR deleted_tags <> 0;
    END IF;
    RETURN NULL;
END
$$;

DROP FUNCTION "is_restoring"();
