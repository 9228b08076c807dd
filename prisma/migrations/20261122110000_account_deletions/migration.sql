-- Writers lock these tables in both orders. So all of them at once, or none and once more: nobody waits in a circle, and
-- whoever comes while a long transaction keeps this one waiting waits half a second at most.
DO $$
BEGIN
    FOR attempt IN 1..100 LOOP
        BEGIN
            SET LOCAL lock_timeout = '500ms';
            LOCK TABLE "users" IN ACCESS EXCLUSIVE MODE;
            -- To drop an index of sessions takes as much.
            LOCK TABLE "sessions" IN ACCESS EXCLUSIVE MODE;
            LOCK TABLE "api_tokens" IN SHARE MODE;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.1 + random() / 5);
        END;
    END LOOP;
    RAISE lock_not_available USING MESSAGE = 'The tables are in use by transactions that do not end: end them, and migrate again';
END
$$;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "removal_at" TIMESTAMPTZ(3);

-- DropIndex
DROP INDEX "sessions_expires_at_idx";

-- Deleted accounts of which something is left: few, and none most of the time.
CREATE INDEX "users_deleted" ON "users" ("deleted_at") WHERE "deleted_at" IS NOT NULL;

-- Purging looks for the sessions and tokens that ended first.
CREATE INDEX "sessions_ended" ON "sessions" (least("revoked_at", "idle_expires_at"));
CREATE INDEX "api_tokens_ended" ON "api_tokens" (least("revoked_at", "expires_at"));

-- As before, but nothing is written any more into an account that has been deleted: whoever was let in before that, and
-- writes now, is refused as if the user were gone.
CREATE OR REPLACE FUNCTION "stamp_version"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_version integer;
    gone_at timestamptz;
BEGIN
    IF current_schema() IS NULL THEN
        -- It is being restored, with its version.
        RETURN NEW;
    END IF;
    UPDATE public.users SET change_seq = change_seq + 1 WHERE id = NEW.user_id
    RETURNING change_seq, deleted_at INTO next_version, gone_at;
    IF NOT FOUND THEN
        -- The user is being deleted in this very statement, or never was and the foreign key will say so.
        RETURN NEW;
    END IF;
    IF gone_at IS NOT NULL THEN
        RAISE foreign_key_violation USING MESSAGE = 'The account has been deleted';
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
