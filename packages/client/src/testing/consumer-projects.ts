import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npmInstall } from './npm-install.ts'
import { packClient } from './pack-client.ts'

export const exec = promisify(execFile)
export const packageFolder = join(import.meta.dirname, '../..')

/** The folders of the compilers that are installed beside the projects. */
export const compilers = { 'TypeScript 5.9': 'typescript-5', 'TypeScript 7.0': 'typescript-7' }

export interface ConsumerProject {
  name: string
  manager: 'npm' | 'pnpm'
  /** What it installs besides the client, such as `react@19`. */
  packages: readonly string[]
  /** Which version of a package all others get, whatever they ask for. */
  overrides?: Record<string, string>
}

export interface ConsumerProjects extends AsyncDisposable {
  /** Where the tarball of the client lies, as it would be published. */
  tarball: string
  folderOf(name: string): string
  /** What the compiler says of files of a project; nothing when all is well. */
  typeCheck(check: TypeCheck): Promise<string>
}

export interface TypeCheck {
  project: string
  /** A folder of `compilers`. */
  compiler: string
  options: object
  files: string[]
}

/** Packs the client, and installs it as strangers do: outside of the workspace, with what is in `consumer/`. */
export async function consumerProjects(projects: readonly ConsumerProject[]): Promise<ConsumerProjects> {
  const folder = await mkdtemp(join(tmpdir(), 'taskwire-consumer-'))
  const folderOf = (name: string) => join(folder, name.replaceAll(' ', '-'))
  const tarball = join(folder, 'client.tgz')
  await packClient(tarball)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }))
  await npmInstall(folder, ['typescript-5@npm:typescript@5.9.3', 'typescript-7@npm:typescript@7.0.2'])
  await Promise.all(projects.map((project) => install(project, folderOf(project.name))))

  let checks = 0
  return {
    tarball,
    folderOf,
    async typeCheck({ project, compiler, options, files }) {
      checks += 1
      const cwd = folderOf(project)
      const config = `tsconfig.${checks}.json`
      const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2023', ...options }
      await writeFile(join(cwd, config), JSON.stringify({ compilerOptions, files }))
      const tsc = join('../node_modules', compiler, 'bin/tsc')
      return exec(process.execPath, [tsc, '--pretty', 'false', '-p', config], { cwd }).then(
        ({ stdout }) => stdout,
        ({ stdout, message }: { stdout: string; message: string }) => stdout || message,
      )
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

async function install({ manager, packages, overrides }: ConsumerProject, cwd: string): Promise<void> {
  await mkdir(cwd)
  await cp(join(packageFolder, 'consumer'), cwd, { recursive: true })
  const wanted = ['../client.tgz', '@types/node@20', ...packages]
  if (manager === 'npm') {
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ type: 'module', private: true, overrides }))
    await npmInstall(cwd, wanted)
  } else {
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ type: 'module', private: true }))
    await writeFile(join(cwd, 'pnpm-workspace.yaml'), JSON.stringify({ overrides }))
    await exec('npx', ['-y', 'pnpm', 'add', '--strict-peer-dependencies', ...wanted], { cwd })
  }
}
