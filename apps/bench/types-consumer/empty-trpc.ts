import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'

const { router } = initTRPC.create()
const appRouter = router({})

export const client = createTRPCClient<typeof appRouter>({ links: [httpBatchLink({ url: '' })] })
