-- What is left of deleted accounts goes at once, since nothing would know it from the others.
DELETE FROM "users" WHERE "deleted_at" IS NOT NULL;

CREATE OR REPLACE FUNCTION "stamp_version"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_version integer;
BEGIN
    IF current_schema() IS NULL THEN
        -- It is being restored, with its version.
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

DROP INDEX "api_tokens_ended", "sessions_ended", "users_deleted";
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");
ALTER TABLE "users" DROP COLUMN "removal_at", DROP COLUMN "deleted_at";
