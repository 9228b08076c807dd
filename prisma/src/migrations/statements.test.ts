import { expect, test } from 'vitest'
import { findTransactionControl, splitStatements, withoutSchema } from './statements.ts'

test.each([
  ['SELECT 1; SELECT 2;', ['SELECT 1', 'SELECT 2']],
  ['SELECT 1', ['SELECT 1']],
  ['', []],
  [';;\n;', []],
  [`INSERT INTO a VALUES ('it''s; here')`, [`INSERT INTO a VALUES ('it''s; here')`]],
  ['DROP TABLE "odd;name"; SELECT 1', ['DROP TABLE "odd;name"', 'SELECT 1']],
  ['-- a; comment\nSELECT 1 /* b; c */; SELECT 4 / 2', ['SELECT 1', 'SELECT 4 / 2']],
  ['DO $$ BEGIN; END $$; SELECT 1', ['DO $$ BEGIN; END $$', 'SELECT 1']],
  ['DO $outer$ a; $$ b; $$ $outer$; SELECT 1', ['DO $outer$ a; $$ b; $$ $outer$', 'SELECT 1']],
])('%j is cut into %j', (script, statements) => {
  expect(splitStatements(script)).toEqual(statements)
})

test.each([
  ['CREATE TABLE a (id int);\n-- done\ncommit;', 'commit'],
  ['START TRANSACTION; SELECT 1', 'START TRANSACTION'],
  [`DO $$ BEGIN PERFORM 1; END $$; SELECT 'ROLLBACK'`, undefined],
])('the end of a transaction in %j is %j', (script, statement) => {
  expect(findTransactionControl(script)).toBe(statement)
})

test.each([
  ['DROP TABLE "public"."notes";', 'DROP TABLE "notes";'],
  ['ALTER TABLE "a" ADD COLUMN "b" "public"."mood"', 'ALTER TABLE "a" ADD COLUMN "b" "mood"'],
  [`DEFAULT '"public".x', "public" int`, `DEFAULT '"public".x', "public" int`],
])('%j without the schema is %j', (script, bare) => {
  expect(withoutSchema(script, 'public')).toBe(bare)
})
