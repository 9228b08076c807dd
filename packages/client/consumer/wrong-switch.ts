import type { ErrorReason } from '@taskwire/client'

export function advice(reason: ErrorReason): string {
  switch (reason) {
    case 'NOT_FOUND':
      return 'Look elsewhere'
    case 'INTERNAL':
      return 'Report it'
  }
}
