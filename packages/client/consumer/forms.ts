import { newId, type RouterInputs } from '@taskwire/client'
import { loginForm, taskCreateForm, taskUpdateForm } from '@taskwire/client/schemas'
import { z } from 'zod'

/** A form has some of the fields of an input, and some of its own. */
export const newTask = taskCreateForm.pick({ title: true, dueAt: true }).extend({ remindMe: z.boolean() })

export type NewTask = z.infer<typeof newTask>

export const mayBeEmpty: boolean = taskUpdateForm.shape.description.safeParse(null).success

export function toInput({ remindMe: _, ...task }: NewTask): RouterInputs['task']['create'] {
  return { ...task, id: newId() }
}

export function faultsOf(values: unknown): string[] {
  return loginForm.safeParse(values).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
}
