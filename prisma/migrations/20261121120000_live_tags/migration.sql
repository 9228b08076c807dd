-- The live tags of a task as they are at this moment. VOLATILE on purpose: such a function reads with a snapshot of its
-- own, so that an UPDATE which has waited for the user's lock returns the tags that are there now, and not those from
-- before it waited.
CREATE FUNCTION "live_tags"("of_user" uuid, "of_task" uuid) RETURNS json LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(
        json_agg(json_build_object('id', tags.id, 'name', tags.name, 'color', tags.color) ORDER BY tags.name_key),
        '[]'
    )
    FROM task_tags
    JOIN tags ON tags.user_id = task_tags.user_id AND tags.id = task_tags.tag_id
    WHERE task_tags.user_id = of_user AND task_tags.task_id = of_task AND tags.deleted_at IS NULL
$$;
