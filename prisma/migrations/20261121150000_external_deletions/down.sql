DROP TABLE "external_deletions";
