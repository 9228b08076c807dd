/** Who may import whom, from the top down; `docs/architecture.md` says what each layer is for. Tests may import more. */
const layers = {
  'apps/server': ['packages/config', 'packages/router', 'packages/domain', 'packages/contract', 'prisma'],
  'apps/cli': ['packages/config', 'packages/router', 'packages/domain', 'packages/contract', 'prisma'],
  'apps/bench': ['packages/client', 'packages/config', 'packages/router', 'prisma'],
  'packages/config': ['packages/router', 'packages/contract', 'prisma'],
  'packages/client': ['packages/contract', 'packages/router'],
  'packages/router': ['packages/domain', 'packages/contract'],
  'packages/domain': ['packages/contract', 'prisma'],
  'packages/contract': [],
  prisma: [],
}

const code = '^(apps|packages|prisma)/'
/** What tests need. The mock client is published, so it is code as any other. */
const helpers = [
  '/testing/(?!(index|mock-changes|mock-client|rows|taskwire-error)[.]ts$)',
  '^(apps|prisma|packages/(?!client/)).*/testing/',
]
const tests = [
  ...helpers,
  '[.]test(-d)?[.]ts$',
  '^packages/client/(consumer|[^/]+[.]js$)',
  '^apps/bench/types-consumer/',
]

export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Neither a value nor a type: move what both need into a module of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-unresolved',
      comment: 'What is not found is not looked at either.',
      severity: 'error',
      from: {},
      to: { path: '^([.]|@taskwire/)', couldNotResolve: true },
    },
    {
      name: 'no-helpers-of-tests-in-products',
      severity: 'error',
      from: { path: code, pathNot: [...tests, '^apps/bench/'] },
      to: { path: helpers },
    },
    {
      name: 'no-app-imports-an-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'client-knows-types-of-the-router',
      comment: 'Any other import would bring the server into a browser.',
      severity: 'error',
      from: { path: '^packages/client/src/', pathNot: tests },
      to: { path: '^packages/router/', dependencyTypesNot: ['type-only'] },
    },
    ...Object.entries(layers).map(([layer, below]) => ({
      name: `what-${layer}-may-import`,
      severity: 'error',
      from: { path: `^${layer}/`, pathNot: tests },
      to: { path: code, pathNot: [layer, ...below].map((folder) => `^${folder}/`) },
    })),
  ],
  options: {
    // With them, imports of types count.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/(dist|generated|bundle)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['@taskwire/source', 'import', 'default'] },
  },
}
