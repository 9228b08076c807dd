import { randomBytes, randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keepToOwner, makeOwnFolder, unusableFolder } from '@taskwire/prisma'

/**
 * The secret that signs tokens where none is configured: made once and kept in the folder, so that nobody is signed out
 * by a restart. Not for production, where every machine needs the same.
 *
 * @throws FolderError when the folder cannot be used
 */
export async function developmentSecret(dataDir: string): Promise<string> {
  try {
    return await findOrMake(dataDir)
  } catch (error) {
    throw unusableFolder(dataDir, error)
  }
}

/**
 * The secret that `developmentSecret` has made, for whoever only reads; undefined where there is none.
 *
 * @throws FolderError when the folder cannot be used
 */
export async function knownDevelopmentSecret(dataDir: string): Promise<string | undefined> {
  try {
    return await find(dataDir)
  } catch (error) {
    throw unusableFolder(dataDir, error)
  }
}

async function find(dataDir: string): Promise<string | undefined> {
  const file = secretFile(dataDir)
  const known = await readFile(file, 'utf8').catch(ifMissing)
  if (known !== undefined) keepToOwner(file)
  return known
}

function secretFile(dataDir: string): string {
  return join(dataDir, 'jwt-secret')
}

async function findOrMake(dataDir: string): Promise<string> {
  const known = await find(dataDir)
  if (known !== undefined) return known

  const file = secretFile(dataDir)
  makeOwnFolder(dataDir)
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true })
    // Unlike a rename, a link never replaces what another process has written meanwhile.
    await link(draft, file).catch(ifThere)
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(file, 'utf8')
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function ifThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
