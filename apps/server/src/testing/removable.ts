/** What a server needs from the network, and a test can take away. */
export interface Removable extends AsyncDisposable {
  readonly url: string
  /** Ends every connection at once, and refuses new ones until `giveBack`. */
  takeAway(): Promise<void>
  giveBack(): Promise<void>
  /** Connections stay open, and nobody answers until `goOn`. */
  hold(): void
  goOn(): void
}
