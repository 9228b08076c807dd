-- The functions name the tables with their schema: pg_restore and the scripts of pg_dump look for nothing anywhere
-- (`search_path` is empty), and a temporary table called "users" is found before the real one. The other way, SET
-- search_path on each function, is one more thing to set and to put back for each row.
--
-- And those that number and count what is written leave alone what is restored: pg_restore --data-only brings rows with
-- the numbers, times and counts that they had, and not every operator may switch triggers off.

-- Whether this session runs what pg_dump wrote, which alone sets both. Who only empties the search_path writes like
-- anybody.
CREATE FUNCTION "is_restoring"() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_schema() IS NULL AND current_setting('check_function_bodies') = 'off'
$$;

CREATE OR REPLACE FUNCTION "stamp_version"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_version integer;
BEGIN
    IF TG_OP = 'INSERT' AND public.is_restoring() THEN
        RETURN NEW;
    END IF;
    UPDATE public.users SET change_seq = change_seq + 1 WHERE id = NEW.user_id RETURNING change_seq INTO next_version;
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
    IF TG_OP = 'INSERT' AND public.is_restoring() THEN
        -- The tasks are being restored too, with their versions.
        RETURN NULL;
    END IF;
    -- Several of a user's rows follow: the user's row first, or two such statements could deadlock.
    PERFORM 1 FROM public.users WHERE id IN (SELECT user_id FROM changed_links) ORDER BY id FOR NO KEY UPDATE;
    UPDATE public.tasks SET version = version
    WHERE (user_id, id) IN (
            SELECT link.user_id, link.task_id
            FROM changed_links link
            JOIN public.tags ON tags.user_id = link.user_id AND tags.id = link.tag_id
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
    FROM public.task_tags
    JOIN public.tags ON tags.user_id = task_tags.user_id AND tags.id = task_tags.tag_id
    WHERE task_tags.user_id = of_user AND task_tags.task_id = of_task AND tags.deleted_at IS NULL
$$;

CREATE OR REPLACE FUNCTION "recount_user"("of_user" uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Writers wait; what they wrote before is seen by the statement after this one.
    PERFORM 1 FROM public.users WHERE id = of_user FOR NO KEY UPDATE;
    UPDATE public.users SET
        live_tasks = (SELECT count(*) FROM public.tasks WHERE user_id = of_user AND deleted_at IS NULL),
        deleted_tasks = (SELECT count(*) FROM public.tasks WHERE user_id = of_user AND deleted_at IS NOT NULL),
        live_tags = (SELECT count(*) FROM public.tags WHERE user_id = of_user AND deleted_at IS NULL),
        deleted_tags = (SELECT count(*) FROM public.tags WHERE user_id = of_user AND deleted_at IS NOT NULL)
    WHERE id = of_user;
END
$$;

CREATE OR REPLACE FUNCTION "count_rows"("of_user" uuid, "of_table" text, "live" bigint, "deleted" bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF of_table = 'tasks' THEN
        UPDATE public.users SET live_tasks = live_tasks + live, deleted_tasks = deleted_tasks + deleted WHERE id = of_user;
    ELSE
        UPDATE public.users SET live_tags = live_tags + live, deleted_tags = deleted_tags + deleted WHERE id = of_user;
    END IF;
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION "count_written_rows"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    IF TG_OP = 'INSERT' AND public.is_restoring() THEN
        -- The users are being restored too, with their counters.
        RETURN NULL;
    END IF;
    -- One after the other in the order of their ids, or two statements on the rows of several users could deadlock.
    PERFORM public.count_rows(user_id, TG_TABLE_NAME, sign * live, sign * deleted)
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
        PERFORM public.count_rows(NEW.user_id, TG_TABLE_NAME, was_deleted - is_deleted, is_deleted - was_deleted);
    -- A user whose own id was changed is not found by the old one: the counters went along.
    ELSIF public.count_rows(OLD.user_id, TG_TABLE_NAME, was_deleted - 1, -was_deleted) THEN
        PERFORM public.count_rows(NEW.user_id, TG_TABLE_NAME, 1 - is_deleted, is_deleted);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION "count_no_rows"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'tasks' THEN
        UPDATE public.users SET live_tasks = 0, deleted_tasks = 0 WHERE live_tasks <> 0 OR deleted_tasks <> 0;
    ELSE
        UPDATE public.users SET live_tags = 0, deleted_tags = 0 WHERE live_tags <> 0 OR deleted_tags <> 0;
    END IF;
    RETURN NULL;
END
$$;
