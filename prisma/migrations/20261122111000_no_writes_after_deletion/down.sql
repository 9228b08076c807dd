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

-- What is left of deleted accounts goes, which may take a while: here nobody waits for it but who removes it too.
DELETE FROM "users" WHERE "deleted_at" IS NOT NULL;
