import type { RouterInputs } from '@taskwire/client'

export const tags = { list: 1, create: 2, update: 3 } satisfies Record<keyof RouterInputs['tag'], number>
