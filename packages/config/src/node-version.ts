/** The oldest that works: what `engines` says in the workspace's package.json. */
const OLDEST = { major: 20, minor: 19 }

/**
 * Why this Node.js cannot run Taskwire; undefined where it can. To be asked before anything else is imported, since what
 * an old one lacks fails as it is loaded.
 */
export function explainOldNode(version: string = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined
  return `Taskwire needs Node.js ${OLDEST.major}.${OLDEST.minor} or later, and this is ${version}`
}
