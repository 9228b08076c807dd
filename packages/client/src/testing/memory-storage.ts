import type { StorageAdapter } from '@tanstack/offline-transactions'

/** What a browser keeps while pages come and go. */
export interface MemoryStorage extends StorageAdapter {
  readonly entries: Map<string, string>
}

export function memoryStorage(): MemoryStorage {
  const entries = new Map<string, string>()
  return {
    entries,
    get: async (key) => entries.get(key) ?? null,
    set: async (key, value) => void entries.set(key, value),
    delete: async (key) => void entries.delete(key),
    keys: async () => [...entries.keys()],
    clear: async () => entries.clear(),
  }
}
