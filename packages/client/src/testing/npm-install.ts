import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Installs packages into a project, from the registry or a file. */
export async function npmInstall(cwd: string, packages: readonly string[]): Promise<void> {
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], { cwd })
}
