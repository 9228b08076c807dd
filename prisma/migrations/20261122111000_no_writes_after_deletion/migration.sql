-- As before, but nothing is written any more into an account that has been deleted: whoever was let in before that, and
-- writes now, is refused as if the user were gone.
CREATE OR REPLACE FUNCTION "stamp_version"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_version integer;
    gone_at timestamptz;
BEGIN
    IF TG_OP = 'INSERT' AND public.is_restoring() THEN
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
