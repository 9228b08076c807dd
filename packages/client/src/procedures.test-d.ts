import type { AppRouter } from '@taskwire/router'
import { expectTypeOf } from 'vitest'
import type { ProcedurePath, RouterInputs, RouterOutputs, TaskListInput, TaskListResult } from './index.ts'
import type { TaskwireProcedures } from './procedures.ts'
import type { ClientRouter } from './router-types.ts'

// Each router has its place; what belongs to a client besides begins with `$`.
expectTypeOf<keyof TaskwireProcedures>().toEqualTypeOf<keyof AppRouter['_def']['record']>()

// What may be left out is said without `void`.
expectTypeOf<RouterInputs['task']['list']>().toEqualTypeOf<TaskListInput | undefined>()
expectTypeOf<RouterInputs['tag']['list']>().toEqualTypeOf<undefined>()
expectTypeOf<RouterOutputs['task']['list']>().toEqualTypeOf<TaskListResult>()

// `$changes` reads the stream: nothing else could.
expectTypeOf<'change.list'>().toExtend<ProcedurePath>()
expectTypeOf<'change.stream'>().not.toExtend<ProcedurePath>()
expectTypeOf<TaskwireProcedures['change']>().not.toHaveProperty('stream')
expectTypeOf<RouterInputs['change']>().not.toHaveProperty('stream')
expectTypeOf<ClientRouter['_def']['record']['change']>().not.toHaveProperty('stream')
