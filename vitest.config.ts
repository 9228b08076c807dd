import { defineConfig } from 'vitest/config'

const conditions = ['@taskwire/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['**/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.service.test.ts', '**/*.browser.test.ts'],
    setupFiles: './vitest.setup.ts',
    isolate: false,
    // Of three one mostly waits: for a process that starts, a disk, or a time that has to pass.
    maxWorkers: 3,
    // The embedded database is WebAssembly: compiling it with care takes longer than a suite saves by it.
    execArgv: ['--liftoff-only'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
