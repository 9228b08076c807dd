import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const DIRECTIVE = /^\s*(['"])use client\1/

/** Where a module of this package, of the contract, or of a package that is inlined stands in the bundle. */
export function fileOf({ facadeModuleId: id }) {
  const inlined = id.match(/.*\/node_modules\/(.+)\.m?js$/)
  if (inlined) return `inlined/${inlined[1].replace('/dist/', '/')}.js`
  const [, folder, name] = id.match(/\/packages\/([^/]+)\/dist\/(.+)\.js$/)
  return folder === 'client' ? `${name}.js` : `${folder}/${name}.js`
}

/** Gives the bundle the map that tsc or a package's author has made, with the sources themselves. */
export function sourceMaps() {
  return {
    name: 'source-maps',
    async load(id) {
      if (!existsSync(`${id}.map`)) return null
      const map = JSON.parse(await readFile(`${id}.map`, 'utf8'))
      const sources = map.sources.map((source) => join(dirname(id), map.sourceRoot ?? '', source))
      // Without its sources the code itself is what one would read.
      if (map.sourcesContent === undefined && !sources.every(existsSync)) return null
      map.sourcesContent ??= await Promise.all(sources.map((source) => readFile(source, 'utf8')))
      return { code: await readFile(id, 'utf8'), map }
    },
  }
}

/** Writes the version of the package into `version.ts`, whose own stands for the sources. */
export function stampVersion(version) {
  return {
    name: 'stamp-version',
    transform(code, id) {
      if (!id.endsWith('/client/dist/version.js')) return null
      const stamped = code.replace("'0.0.0-source'", `'${version}'`)
      if (stamped === code) throw new Error('version.ts has no place for the version')
      return { code: stamped, map: null }
    },
  }
}

/** Rollup leaves out a directive at the head of a module: this puts it back, for frameworks that render on a server. */
export function keepDirectives() {
  return {
    name: 'keep-directives',
    renderChunk(code, { facadeModuleId }) {
      const marked = DIRECTIVE.test(this.getModuleInfo(facadeModuleId)?.code ?? '')
      // On the same line, so that the source map stays true.
      return marked ? { code: `'use client';${code}`, map: null } : null
    },
  }
}

/** Puts the licences of the packages that are inlined beside the bundle, as they ask. */
export function licenses() {
  return {
    name: 'licenses',
    async generateBundle(_options, bundle) {
      const ids = Object.values(bundle).flatMap(({ modules }) => Object.keys(modules ?? {}))
      const folders = new Set(ids.flatMap((id) => id.match(/^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/)?.[0] ?? []))
      const texts = await Promise.all([...folders].sort().map(licenseOf))
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.md', source: texts.join('\n') })
    },
  }
}

async function licenseOf(folder) {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each))
  if (file === undefined) throw new Error(`${name} has no licence`)
  return `# ${name} ${version}\n\n${await readFile(join(folder, file), 'utf8')}`
}

/**
 * A file for `require` beside each entry. It leads to the one copy of the code, which Node.js can require, where a second
 * copy would have a second class of errors.
 */
export function requireEntries() {
  return {
    name: 'require-entries',
    generateBundle(_options, bundle) {
      for (const { fileName, isEntry } of Object.values(bundle)) {
        if (!isEntry) continue
        const source = `'use strict'\nmodule.exports = require('./${basename(fileName)}')\n`
        this.emitFile({ type: 'asset', fileName: fileName.replace(/\.js$/, '.cjs'), source })
      }
    },
  }
}

/** The same declarations for who requires: a compiler takes what `.d.ts` declares for something to be imported. */
export function declarationsForRequire() {
  return {
    name: 'declarations-for-require',
    generateBundle(_options, bundle) {
      for (const { fileName, code } of Object.values(bundle)) {
        const source = code.replaceAll(/((?:from|import|import\() ?['"]\.[^'"]*)\.js(?=['"])/g, '$1.cjs')
        this.emitFile({ type: 'asset', fileName: fileName.replace(/\.d\.ts$/, '.d.cts'), source })
      }
    },
  }
}
