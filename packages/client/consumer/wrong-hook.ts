import { useMutation } from '@tanstack/react-query'
import { useTaskwire } from '@taskwire/client/react'

export const useCreate = () => useMutation(useTaskwire().task.create.mutationOptions()).mutate({ dueAt: new Date() })
