/** What an operator wants to find in the log afterwards. Nothing in it is secret. */
export interface SecurityEvent {
  event:
    | 'registered'
    | 'signedIn'
    | 'signInFailed'
    | 'refreshed'
    | 'reuseDetected'
    | 'sessionRevoked'
    | 'tokenCreated'
    | 'tokenRevoked'
    | 'passwordChanged'
    | 'accountDeleted'
    | 'accountDeactivated'
    | 'accountActivated'
    | 'identityLinked'
    | 'throttled'
  /** Absent where the user is not known. */
  userId?: string
  sessionId?: string
  /** Of an API token. */
  tokenId?: string
  /** How many tokens were revoked together, by a change of the password. */
  count?: number
  /** The limit that was hit. */
  limit?: string
  /** How many of its points were used up. */
  points?: number
  /** Names the account that a sign-in was tried with, whether there is one or not: its address by a keyed hash. */
  account?: string
}
