import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Prepared, preparedDataDir } from './snapshot.ts'

export interface TemporaryFolder extends Disposable {
  readonly path: string
}

/** A folder that is gone at the end of the block that holds it by `using`. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'taskwire-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** The same with an embedded database in it: a copy takes a fraction of the time that making one takes. */
export async function temporaryDataDir({ migrated = true }: Partial<Prepared> = {}): Promise<TemporaryFolder> {
  const folder = temporaryFolder()
  cpSync(await preparedDataDir({ migrated }), folder.path, { recursive: true })
  return folder
}
