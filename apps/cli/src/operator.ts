import { createInnerContext, createOperatorCaller } from '@taskwire/router'
import type { Terminal } from './terminal.ts'
import { withServices } from './with-services.ts'

export type Operator = ReturnType<typeof createOperatorCaller>

/** Runs the work with the procedures that are for operators. */
export async function withOperator<T>(terminal: Terminal, work: (operator: Operator) => Promise<T>): Promise<T> {
  return withServices(terminal.readEnv(), (services) => {
    const audit = (event: object) => terminal.progress(`Security event: ${JSON.stringify(event)}`)
    return work(createOperatorCaller(createInnerContext(services, { audit })))
  })
}
