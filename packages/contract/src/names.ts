import { z } from 'zod'

/** The schemas by the names of their types: for what is written about them, such as the client's declarations. */
export const schemaNames = z.registry<{ id: string }>()
