import {
  type Change,
  type ChangeStreamInput,
  changeListInputSchema,
  changeListResultSchema,
  changeSchema,
  changeStreamInputSchema,
} from '@taskwire/contract'
import { listChanges, PAGE_BYTES, watchChanges } from '@taskwire/domain'
import { type TRPCRouterRecord, type TRPCSubscriptionProcedure, type TrackedEnvelope, tracked } from '@trpc/server'
import type { Context } from './context.ts'
import type { ErrorShape } from './error-shape.ts'
import type { StreamSlot } from './stream-slots.ts'
import { type Meta, protectedProcedure } from './trpc.ts'

/** A change as `change.stream` tells it. */
export interface StreamedChange {
  /** Its version as text: what tRPC sends as `lastEventId` when it connects again. */
  id: string
  data: Change
}

/** Stated, since tRPC would infer a type that only its unstable entry point exports. */
type ChangeStreamProcedure = TRPCSubscriptionProcedure<{
  input: ChangeStreamInput | undefined
  output: AsyncIterable<StreamedChange>
  meta: Meta
  errorShape: ErrorShape
}>

export const changeRouter = {
  /**
   * A page of what has changed since a version, each task and tag once and as it is now. `reset` instead of changes: read
   * everything again.
   */
  list: protectedProcedure
    .meta({
      mostBytes: PAGE_BYTES,
      rest: {
        method: 'GET',
        path: '/changes',
        summary: 'A page of what has changed since a version, each task and tag once and as it is now',
      },
    })
    .input(changeListInputSchema)
    .output(changeListResultSchema)
    .query(({ ctx, input }) => listChanges(ctx.db, ctx.userId, input)),

  /**
   * Tells what has changed since a version, and then each change as it happens, until the session or token ends.
   * Fails with `RATE_LIMITED` where too many streams are open.
   */
  stream: changeStream(),
} satisfies TRPCRouterRecord

function changeStream(): ChangeStreamProcedure {
  return protectedProcedure
    .meta({
      rest: {
        method: 'GET',
        path: '/changes/stream',
        summary:
          'Tells what has changed since a version, and then each change as it happens, until the session or token ends',
        without: ['lastEventId'],
      },
    })
    .input(changeStreamInputSchema)
    .output((stream) => stream as AsyncIterable<TrackedEnvelope<Change>>)
    .subscription(async function* ({ ctx, input, signal }) {
      const { userId, inTurn } = ctx
      using slot = await takeSlot(ctx, userId)
      using lapse = ctx.callerWatch.watch(ctx)
      const reasons = [slot.signal, lapse.signal]
      const end = AbortSignal.any(signal === undefined ? reasons : [...reasons, signal])
      const since = latest(input)
      for await (const change of watchChanges(ctx.db, userId, { since, hub: ctx.changes, signal: end, inTurn })) {
        yield tracked(String(change.version), changeSchema.parse(change))
      }
      // Told to the client, who signs in anew, refreshes or waits, and goes on from the last version.
      if (slot.signal.aborted) noteThrottled(ctx, userId)
      for (const reason of reasons) reason.throwIfAborted()
    })
}

/** The larger of what the caller asked for and what tRPC knows to have arrived. */
function latest({ since, lastEventId }: { since?: number; lastEventId?: string }): number | undefined {
  return lastEventId === undefined ? since : Math.max(Number(lastEventId), since ?? 0)
}

async function takeSlot(ctx: Context, userId: string): Promise<StreamSlot> {
  try {
    return await ctx.streamSlots.take({ userId, address: ctx.request.address })
  } catch (error) {
    noteThrottled(ctx, userId)
    throw error
  }
}

function noteThrottled(ctx: Context, userId: string): void {
  ctx.request.audit({ event: 'throttled', userId, limit: 'streams' })
}
