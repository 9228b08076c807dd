DROP TABLE "external_identities";
DROP TABLE "api_tokens";
