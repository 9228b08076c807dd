export { deriveKeys } from '../identity/keys.ts'
export { type BadToken, badTokens } from '../identity/testing/bad-tokens.ts'
export { forgeToken, hmac } from '../identity/testing/forge-token.ts'
