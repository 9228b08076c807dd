import { useMutation } from '@tanstack/react-query'
import { useTaskwire } from '@taskwire/client/react'

export const useCreate = () => useMutation(useTaskwire().task.create.mutationOptions()).mutate({ title: 1 })
