-- CreateTable
CREATE TABLE "external_deletions" (
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "issued_before" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "external_deletions_pkey" PRIMARY KEY ("issuer","subject")
);

-- CreateIndex
CREATE INDEX "external_deletions_until_idx" ON "external_deletions"("until");
