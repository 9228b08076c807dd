-- Counts the rows that were there before the triggers. Readers go on; writers wait until it is done, since what they add
-- meanwhile would be lost. The tables are locked all at once, or none and once more: writers lock them in both orders.
DO $$
BEGIN
    FOR attempt IN 1..100 LOOP
        BEGIN
            SET LOCAL lock_timeout = '500ms';
            LOCK TABLE "users", "tasks", "tags" IN EXCLUSIVE MODE;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.1 + random() / 5);
        END;
    END LOOP;
    RAISE lock_not_available USING MESSAGE = 'The tables are in use by transactions that do not end: end them, and migrate again';
END
$$;

UPDATE "users" SET
    "live_tasks" = coalesce(task."live", 0),
    "deleted_tasks" = coalesce(task."deleted", 0),
    "live_tags" = coalesce(tag."live", 0),
    "deleted_tags" = coalesce(tag."deleted", 0)
FROM "users" AS owner
LEFT JOIN (
    SELECT "user_id", count(*) FILTER (WHERE "deleted_at" IS NULL) AS "live",
        count(*) FILTER (WHERE "deleted_at" IS NOT NULL) AS "deleted"
    FROM "tasks" GROUP BY "user_id"
) task ON task."user_id" = owner."id"
LEFT JOIN (
    SELECT "user_id", count(*) FILTER (WHERE "deleted_at" IS NULL) AS "live",
        count(*) FILTER (WHERE "deleted_at" IS NOT NULL) AS "deleted"
    FROM "tags" GROUP BY "user_id"
) tag ON tag."user_id" = owner."id"
WHERE owner."id" = "users"."id" AND (task."user_id" IS NOT NULL OR tag."user_id" IS NOT NULL);
