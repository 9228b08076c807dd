import type { RouterInputs } from '@taskwire/client'

export const tags: Record<keyof RouterInputs['tag'], number> = { list: 1, create: 2, update: 3 }
