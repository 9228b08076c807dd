export type { ChangeBus } from '@taskwire/domain'
export type { OutgoingAnswer } from './answers/answer-room.ts'
export { appRouter, createCaller } from './app-router.ts'
export type { AppRouter } from './app-router-type.ts'
export { type Context, createContext, createInnerContext, type RequestInfo } from './context.ts'
export type { EndedCall } from './ended-call.ts'
export type { ErrorShape } from './error-shape.ts'
export {
  failureOf,
  type PlainReason,
  reasonOf,
  refusalShape,
  retryAfterOf,
  toErrorEnvelope,
  toErrorShape,
} from './errors.ts'
export type { LimitStore } from './limits/counter.ts'
export type { LimitState } from './limits/limits.ts'
export { attachRequestId } from './request-id.ts'
export type { Access, RestRoute } from './rest-route.ts'
export type { RunningCall } from './running-calls.ts'
export { createServices, type Services, type ServicesConfig } from './services.ts'
export { charge, type Meta } from './trpc.ts'
