import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { schemaNames } from '@taskwire/contract'
import ts from '@typescript/typescript6'
import { z } from 'zod'

/** What a schema says of its fields, by the names of schemas. */
const described = z.toJSONSchema(schemaNames, { unrepresentable: 'any' }).schemas

/**
 * Writes the declarations of the contract once more, for people who read them in an editor: where a type follows from a
 * schema, with its fields and what the schema says of each, and without the schema.
 *
 * @param {string} from the folder of what tsc has declared
 * @param {string} to the folder to write to
 */
export async function writeDeclarations(from, to) {
  const files = (await readdir(from, { recursive: true })).filter((file) => file.endsWith('.d.ts'))
  const program = ts.createProgram({
    rootNames: files.map((file) => join(from, file)),
    options: { strict: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: [] },
  })
  await rm(to, { recursive: true, force: true })
  for (const file of files) {
    const target = join(to, file)
    await mkdir(join(target, '..'), { recursive: true })
    await writeFile(target, withFields(program.getSourceFile(join(from, file)), program.getTypeChecker()))
  }
}

/** The text of a file in which each interface that follows from a schema has the fields of the schema. */
function withFields(file, checker) {
  let text = file.text
  // From the end, so that what is still to be replaced stays where it is.
  for (const statement of [...file.statements].reverse()) {
    if (!ts.isInterfaceDeclaration(statement) || !followsFromSchema(statement)) continue
    const order = Object.keys(described[statement.name.text]?.properties ?? {})
    const members = checker
      .getPropertiesOfType(checker.getTypeAtLocation(statement))
      .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
      .map((field) => declare(field, { statement, checker }))
    const head = statement.modifiers.map((modifier) => modifier.getText()).join(' ')
    const declaration = `${head} interface ${statement.name.text} {\n${members.join('\n')}\n}`
    text = text.slice(0, statement.getStart()) + declaration + text.slice(statement.end)
  }
  return text
}

function followsFromSchema({ heritageClauses }) {
  return heritageClauses?.some(({ types }) => types.some((type) => /^z\.(infer|input|output)</.test(type.getText())))
}

function declare(field, { statement, checker }) {
  const type = checker.typeToString(
    checker.getTypeOfSymbolAtLocation(field, statement),
    statement,
    ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType,
  )
  const isOptional = (field.flags & ts.SymbolFlags.Optional) !== 0
  const description = described[statement.name.text]?.properties[field.name]?.description
  const comment = description === undefined ? '' : `    /** ${description} */\n`
  return `${comment}    ${field.name}${isOptional ? '?' : ''}: ${isOptional ? type.replace(/ \| undefined$/, '') : type};`
}
