const PROCEDURES_PER_FILE = 20

/** A router of so many procedures, by file name, built as ours is: records in files of their own, types as interfaces. */
export function syntheticRouter(procedures: number): Record<string, string> {
  const groups = Array.from({ length: procedures / PROCEDURES_PER_FILE }, (_, group) => `group${group}`)
  return {
    'base.ts': `import { initTRPC } from '@trpc/server'
const t = initTRPC.context<{ userId: string }>().create()
export const router = t.router
export const procedure = t.procedure.use(({ next }) => next({ ctx: { signedIn: true } }))
export const parser = <T>() => (value: unknown) => value as T
`,
    ...Object.fromEntries(groups.map((group) => [`${group}.ts`, groupOf(group)])),
    'index.ts': `import { router } from './base.ts'
${groups.map((group) => `import { ${group} } from './${group}.ts'`).join('\n')}
export const routers = { ${groups.join(', ')} }
export const appRouter = router(routers)
`,
  }
}

function groupOf(group: string): string {
  const indices = [...Array(PROCEDURES_PER_FILE).keys()]
  const types = indices.map(
    (
      index,
    ) => `export interface Input${index} { id: string; title?: string; dueAt?: Date | null; field${index}?: number }
export interface Output${index} { id: string; title: string; dueAt: Date | null; tags: { id: string; name: string }[]; field${index}: number }
`,
  )
  const records = indices.map(
    (index) => `  procedure${index}: procedure.input(parser<Input${index}>()).output(parser<Output${index}>())
    .${index % 2 === 0 ? 'query' : 'mutation'}(({ input }) => ({ id: input.id, title: '', dueAt: null, tags: [], field${index}: 0 })),
`,
  )
  return `import { parser, procedure } from './base.ts'\n${types.join('')}export const ${group} = {\n${records.join('')}}\n`
}
