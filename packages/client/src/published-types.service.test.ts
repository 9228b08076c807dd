import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from '@typescript/typescript6'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConsumerProjects, compilers, consumerProjects } from './testing/consumer-projects.ts'

const PROJECT = 'a project'
/** Milliseconds for a compiler, on a machine that does other things. */
const PATIENCE = 120_000
// `published.service.test.ts` checks the declarations.
const options = { module: 'nodenext', lib: ['es2023', 'esnext.disposable', 'dom'], types: [], skipLibCheck: true }

let consumers: ConsumerProjects
beforeAll(async () => {
  const react = ['react@19', 'react-dom@19', '@types/react@19', '@tanstack/react-query@5', 'zod@4']
  const packages = [...react, '@tanstack/db@0.15', '@tanstack/offline-transactions@1']
  const overrides = { '@tanstack/db': '$@tanstack/db' }
  consumers = await consumerProjects([{ name: PROJECT, manager: 'npm', packages, overrides }])
}, 180_000)
afterAll(() => consumers[Symbol.asyncDispose]())

describe.each(Object.entries(compilers))('%s', (_name, compiler) => {
  test(
    'says of each mistake what is wrong',
    async () => {
      const file = 'wrong-uses.ts'
      const lines = await linesOf(file)
      const output = await consumers.typeCheck({ project: PROJECT, compiler, options, files: [file] })
      const complaints = complaintsOf(output)

      // The sentence stands right below the line that is wrong.
      const expected = lines.flatMap((line, index) =>
        line.trimStart().startsWith('//> ') ? [{ line: index, sentence: line.trimStart().slice('//> '.length) }] : [],
      )
      expect(expected.length).toBeGreaterThanOrEqual(30)
      expect(complaints.map(({ line }) => line)).toEqual(expected.map(({ line }) => line))
      for (const [index, { sentence }] of expected.entries()) expect(complaints[index]?.text).toContain(sentence)
    },
    PATIENCE,
  )

  test(
    'takes what is right',
    async () => {
      expect(await consumers.typeCheck({ project: PROJECT, compiler, options, files: ['right-uses.ts'] })).toBe('')
    },
    PATIENCE,
  )
})

test(
  'an editor shows types in one line each, and what is said of them',
  async () => {
    const lines = await linesOf('right-uses.ts')
    const quickInfo = editor('right-uses.ts')
    const marks = lines.flatMap((line, index) => {
      const column = /^\s*\/\/ *(?=\^\?)/.exec(line)?.[0].length
      return column === undefined ? [] : [{ line: index, column }]
    })
    expect(marks.length).toBeGreaterThanOrEqual(30)
    for (const { line, column } of marks) {
      const { type, documentation } = quickInfo({ line: line - 1, column })
      const indent = `${lines[line]?.slice(0, column)}   `
      const shown = [`${lines[line]?.slice(0, column)}^? ${type}`]
      if (documentation !== '') shown.push(indent + documentation)
      expect(shown).toEqual(lines.slice(line, line + shown.length))
      expect(lines[line + shown.length]?.startsWith(indent)).not.toBe(true)
    }
  },
  PATIENCE,
)

interface Complaint {
  /** From 1, as compilers count. */
  line: number
  text: string
}

function complaintsOf(output: string): Complaint[] {
  // A complaint may go on in lines that are indented.
  return output
    .split(/\n(?=\S)/)
    .flatMap((text) => {
      const line = /^[^(]+\((\d+),/.exec(text)?.[1]
      return line === undefined ? [] : [{ line: Number(line), text }]
    })
    .sort((first, second) => first.line - second.line)
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(join(consumers.folderOf(PROJECT), file), 'utf8')).split('\n')
}

interface Place {
  /** Both from 0. */
  line: number
  column: number
}

/** What an editor shows where somebody points at a place of a file: the type, and the first line of what is said of it. */
function editor(name: string): (place: Place) => { type: string; documentation: string } {
  const folder = consumers.folderOf(PROJECT)
  const file = join(folder, name)
  const { options: compilerOptions } = ts.convertCompilerOptionsFromJson(
    { ...options, strict: true, target: 'es2023' },
    folder,
  )
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => compilerOptions,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot(path) {
      const text = ts.sys.readFile(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  })
  const source = service.getProgram()?.getSourceFile(file)
  return ({ line, column }) => {
    const position = source?.getPositionOfLineAndCharacter(line, column) ?? 0
    const info = service.getQuickInfoAtPosition(file, position)
    return {
      type: ts.displayPartsToString(info?.displayParts),
      documentation: ts.displayPartsToString(info?.documentation).split('\n')[0] ?? '',
    }
  }
}
