import { IndexedDBAdapter, LocalStorageAdapter, type StorageAdapter } from '@tanstack/offline-transactions'

/** Under this name the browser keeps what is unsent. */
const NAME = 'taskwire-unsent'

/** Where the browser keeps what is unsent; rejects with the reason where it keeps nothing, as with blocked site data. */
export async function browserStorage(): Promise<StorageAdapter> {
  const database = await IndexedDBAdapter.probe()
  if (database.available) return new IndexedDBAdapter(NAME)
  const local = LocalStorageAdapter.probe()
  if (local.available) return new LocalStorageAdapter(`${NAME}:`)
  throw database.error ?? local.error
}

/** Where to keep what is unsent. */
export interface KeepingOptions {
  storage: StorageAdapter
  /** Called when something cannot be kept, or not be taken out again. */
  onStorageFailure?: ((error: unknown) => void) | undefined
}

/** The parts in which something of this user is kept. */
export async function partsKept(storage: StorageAdapter, user: string): Promise<string[]> {
  const prefix = `${user}:`
  const keys = (await storage.keys()).filter((key) => key.startsWith(prefix))
  return [...new Set(keys.map((key) => key.slice(prefix.length, key.indexOf(':', prefix.length))))]
}

/** One part of what is kept of one user. */
export function storageOf(storage: StorageAdapter, { user, part }: { user: string; part: string }): StorageAdapter {
  const prefix = `${user}:${part}:`
  const keys = async () => {
    const all = await storage.keys()
    return all.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
  }
  return {
    keys,
    get: (key) => storage.get(prefix + key),
    set: (key, value) => storage.set(prefix + key, value),
    delete: (key) => storage.delete(prefix + key),
    async clear() {
      for (const key of await keys()) await storage.delete(prefix + key)
    },
  }
}

const LAST_USER = 'last-user'

/** The user who was signed in here last, and has not signed out. */
export interface LastUser {
  read(): Promise<string | null>
  remember(user: string | null): Promise<void>
}

export function lastUserIn(storage: StorageAdapter): LastUser {
  return {
    read: () => storage.get(LAST_USER),
    remember: (user) => (user === null ? storage.delete(LAST_USER) : storage.set(LAST_USER, user)),
  }
}
