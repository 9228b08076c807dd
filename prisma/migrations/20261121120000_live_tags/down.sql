DROP FUNCTION "live_tags"(uuid, uuid);
