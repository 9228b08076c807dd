-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "change_seq" INTEGER NOT NULL DEFAULT 0,
    "purged_seq" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "user_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "user_agent" TEXT,
    "ip" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "rotated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "confirmed_at" TIMESTAMPTZ(3),
    "idle_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateTable
CREATE TABLE "tasks" (
    "user_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "completed" BOOLEAN NOT NULL DEFAULT false,
    "completed_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "tasks_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateTable
CREATE TABLE "tags" (
    "user_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT,
    "color" TEXT,
    "version" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "tags_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateTable
CREATE TABLE "task_tags" (
    "user_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "tag_id" UUID NOT NULL,

    CONSTRAINT "task_tags_pkey" PRIMARY KEY ("user_id","task_id","tag_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- CreateIndex
CREATE INDEX "tasks_user_id_version_idx" ON "tasks"("user_id", "version");

-- CreateIndex
CREATE INDEX "tags_user_id_version_idx" ON "tags"("user_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "tags_user_id_name_key_key" ON "tags"("user_id", "name_key");

-- CreateIndex
CREATE INDEX "task_tags_user_id_tag_id_idx" ON "task_tags"("user_id", "tag_id");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tags" ADD CONSTRAINT "tags_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_tags" ADD CONSTRAINT "task_tags_user_id_task_id_fkey" FOREIGN KEY ("user_id", "task_id") REFERENCES "tasks"("user_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_tags" ADD CONSTRAINT "task_tags_user_id_tag_id_fkey" FOREIGN KEY ("user_id", "tag_id") REFERENCES "tags"("user_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What follows is not in schema.prisma: the engine neither writes these nor counts them as drift.

-- The database repeats what the contract's schemas promise. char_length counts code points.
ALTER TABLE "users"
    ADD CONSTRAINT "users_email_check" CHECK ("email" = lower("email") AND char_length("email") BETWEEN 3 AND 254),
    ADD CONSTRAINT "users_seq_check" CHECK ("purged_seq" BETWEEN 0 AND "change_seq");

ALTER TABLE "sessions"
    ADD CONSTRAINT "sessions_generation_check" CHECK ("generation" >= 1),
    ADD CONSTRAINT "sessions_expiry_check" CHECK ("idle_expires_at" <= "expires_at");

ALTER TABLE "tasks"
    ADD CONSTRAINT "tasks_title_check" CHECK (char_length("title") BETWEEN 1 AND 200),
    ADD CONSTRAINT "tasks_description_check" CHECK (char_length("description") <= 10000),
    ADD CONSTRAINT "tasks_completed_at_check" CHECK ("completed" = ("completed_at" IS NOT NULL));

ALTER TABLE "tags"
    ADD CONSTRAINT "tags_name_check" CHECK (char_length("name") BETWEEN 1 AND 50),
    ADD CONSTRAINT "tags_name_key_check" CHECK (("name_key" IS NULL) = ("deleted_at" IS NOT NULL)),
    ADD CONSTRAINT "tags_color_check" CHECK ("color" ~ '^#[0-9a-f]{6}$');

-- One index a sort, in the form in which task.list compares rows: (sort key, id) within the user's live tasks.
CREATE INDEX "tasks_by_created_at" ON "tasks" ("user_id", "created_at", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tasks_by_updated_at" ON "tasks" ("user_id", "updated_at", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tasks_by_due_at" ON "tasks" ("user_id", coalesce("due_at", 'infinity'), "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tasks_by_title" ON "tasks" ("user_id", (lower("title")) COLLATE "C", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tasks_trash" ON "tasks" ("user_id", "created_at", "id") WHERE "deleted_at" IS NOT NULL;

-- Every insert and update of a task or tag takes the user's next number. The row lock on the user, held until commit,
-- makes one user's versions rise in the order of their commits.
CREATE FUNCTION "stamp_version"() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER "tasks_stamp_version" BEFORE INSERT OR UPDATE ON "tasks"
    FOR EACH ROW EXECUTE FUNCTION "stamp_version"();
CREATE TRIGGER "tags_stamp_version" BEFORE INSERT OR UPDATE ON "tags"
    FOR EACH ROW EXECUTE FUNCTION "stamp_version"();

CREATE FUNCTION "keep_completed_at"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.completed THEN
        NEW.completed_at := NULL;
    ELSIF NEW.completed_at IS NULL THEN
        NEW.completed_at := NEW.updated_at;
    END IF;
    RETURN NEW;
END
$$;

-- Triggers fire in the order of their names: after stamp_version, whose updated_at this one takes.
CREATE TRIGGER "tasks_track_completed_at" BEFORE INSERT OR UPDATE ON "tasks"
    FOR EACH ROW EXECUTE FUNCTION "keep_completed_at"();

-- A task's tags are part of the task: a statement that links or unlinks live tags stamps each of its tasks once.
-- Links that go because their tag was purged change nothing that anybody could see, and stamp nothing.
CREATE FUNCTION "stamp_linked_tasks"() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER "task_tags_stamp_inserted" AFTER INSERT ON "task_tags"
    REFERENCING NEW TABLE AS changed_links FOR EACH STATEMENT EXECUTE FUNCTION "stamp_linked_tasks"();
-- A link that an update moves from one task to another changes both.
CREATE TRIGGER "task_tags_stamp_updated_from" AFTER UPDATE ON "task_tags"
    REFERENCING OLD TABLE AS changed_links FOR EACH STATEMENT EXECUTE FUNCTION "stamp_linked_tasks"();
CREATE TRIGGER "task_tags_stamp_updated_to" AFTER UPDATE ON "task_tags"
    REFERENCING NEW TABLE AS changed_links FOR EACH STATEMENT EXECUTE FUNCTION "stamp_linked_tasks"();
CREATE TRIGGER "task_tags_stamp_deleted" AFTER DELETE ON "task_tags"
    REFERENCING OLD TABLE AS changed_links FOR EACH STATEMENT EXECUTE FUNCTION "stamp_linked_tasks"();

CREATE FUNCTION "touch_updated_at"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- Not on change_seq and purged_seq: counting a change is no change of the account.
CREATE TRIGGER "users_touch_updated_at" BEFORE UPDATE OF "email", "password_hash", "is_active" ON "users"
    FOR EACH ROW EXECUTE FUNCTION "touch_updated_at"();
