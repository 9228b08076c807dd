import type { TaskwireTokenClient } from '../../../packages/client/bundle/index.js'

export type Api = TaskwireTokenClient
