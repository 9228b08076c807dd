import { exec } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '@taskwire/prisma/testing'

/** A project of somebody else, outside of the workspace. */
export interface NpmProject extends Disposable {
  readonly folder: string
  /** Runs a line of shell, in a folder of the project. */
  run(command: string, folder?: string): Promise<void>
}

/** An empty project; what it installs comes from the registry, or from what npm has kept of it. */
export function npmProject(): NpmProject {
  const { path: folder, [Symbol.dispose]: remove } = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  const env = { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false' }
  return {
    folder,
    async run(command, within = '.') {
      await promisify(exec)(command, { cwd: join(folder, within), env })
    },
    [Symbol.dispose]: remove,
  }
}
