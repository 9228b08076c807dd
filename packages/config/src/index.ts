export { servicesOfServer, servicesOfTool } from './connect-services.ts'
export { developmentSecret } from './development-secret.ts'
export { type Env, EnvError, parseEnvironment, readEnv } from './env.ts'
export { connectRedis } from './redis.ts'
