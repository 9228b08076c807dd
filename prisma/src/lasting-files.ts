import { fsyncSync } from 'node:fs'
import type { Extension } from '@electric-sql/pglite'
import { OTHERS } from './own-folder.ts'

/** What is used of Emscripten's file system over Node.js's. */
interface NodeFileSystem {
  /** Turns what Node.js throws into what PostgreSQL understands. */
  tryFSOperation(operation: () => void): void
  node_ops: {
    mknod(parent: object, name: string, mode: number, device: number): object
    setattr(node: object, attributes: Attributes): void
  }
  stream_ops: {
    setattr(stream: object, attributes: Attributes): void
    fsync?(stream: { nfd: number; node: { mode: number } }): number
  }
}

interface Attributes {
  mode?: number
}

interface EmscriptenModule {
  FS: { isDir(mode: number): boolean }
  NODEFS: NodeFileSystem
}

interface LastingFilesOptions {
  /** After something was brought to the disk. */
  onSync(): void
  /** PostgreSQL has given up, and must not be called again. */
  onAbort(): void
}

/**
 * Has PGlite's files reach the disk, and keeps them to their owner.
 *
 * Emscripten's NODEFS does nothing at fsync and says that it did, and makes every file with mode 0666. Both are mended in
 * this one PGlite: a umask would be the whole process's.
 */
export function lastingFiles({ onSync, onAbort }: LastingFilesOptions): Extension {
  return {
    name: 'lasting files',
    setup: async (_pglite, options) => ({
      emscriptenOpts: {
        ...options,
        onAbort,
        preRun: [
          ...options.preRun,
          (module: EmscriptenModule) => {
            keepModes(module.NODEFS)
            module.NODEFS.stream_ops.fsync = fsync(module, onSync)
          },
        ],
      },
    }),
  }
}

function keepModes({ node_ops, stream_ops }: NodeFileSystem): void {
  const { mknod } = node_ops
  node_ops.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~OTHERS, device)
  for (const operations of [node_ops, stream_ops]) {
    const { setattr } = operations
    operations.setattr = (target, attributes) => setattr(target, ofOwner(attributes))
  }
}

function ofOwner(attributes: Attributes): Attributes {
  return attributes.mode === undefined ? attributes : { ...attributes, mode: attributes.mode & ~OTHERS }
}

function fsync({ FS, NODEFS }: EmscriptenModule, onSync: () => void) {
  return ({ nfd, node }: { nfd: number; node: { mode: number } }): number => {
    // Windows has no such thing for folders.
    if (process.platform !== 'win32' || !FS.isDir(node.mode)) NODEFS.tryFSOperation(() => fsyncSync(nfd))
    onSync()
    return 0
  }
}
