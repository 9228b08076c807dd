import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'

/** Prisma's schema engine: the real one, compiled to WebAssembly, over a driver adapter instead of its own binary. */
export type SchemaEngine = bindings.SchemaEngine

/** Every table is managed by the migrations. */
export const NO_FILTERS: bindings.SchemaFilter = { externalTables: [], externalEnums: [] }

// The little of the WebAssembly API that is used here: its types come with lib "dom" alone.
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

let loaded: Promise<void> | undefined

// The package's own entry imports a .wasm file, for which Node wants a flag.
async function load(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const wasm = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': withIdleTimers(bindings) })
  const { __wbg_set_wasm } = bindings as unknown as { __wbg_set_wasm(exports: unknown): void }
  __wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}

/** The engine gives its lock ten seconds, by a timer that it never clears: it must not keep the process alive. */
function withIdleTimers(imports: Record<string, unknown>): Record<string, unknown> {
  const setIdleTimeout = (work: () => void, milliseconds: number) => setTimeout(work, milliseconds).unref()
  return Object.fromEntries(
    Object.entries(imports).map(([name, value]) => [
      name,
      name.startsWith('__wbg_setTimeout') ? setIdleTimeout : value,
    ]),
  )
}

/** Runs the work with a schema engine on the given database. */
export async function withEngine<T>(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  loaded ??= load()
  await loaded
  const engine = await bindings.SchemaEngine.new(
    { datamodels: undefined },
    ignoreLog,
    bindMigrationAwareSqlAdapterFactory(adapter),
  )
  try {
    return await work(engine)
  } finally {
    engine.free()
  }
}

function ignoreLog(): void {}
