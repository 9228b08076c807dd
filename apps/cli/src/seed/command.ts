import { type OpenDatabase, prepareSchema } from '@taskwire/prisma'
import { createCaller, createInnerContext, type Services } from '@taskwire/router'
import { Command } from 'commander'
import { CommandError, type Terminal } from '../terminal.ts'
import { withServices } from '../with-services.ts'
import { DEMONSTRATION_ACCOUNT, demonstrationTags, demonstrationTasks } from './demonstration.ts'

/** Tasks after which progress is told. */
const STEP = 100

/** `taskwire seed`: an account to look around with. */
export function seedCommand(terminal: Terminal): Command {
  const { email, password } = DEMONSTRATION_ACCOUNT
  return new Command('seed')
    .description(`Makes a demonstration account, ${email} with the password ${password}, with tasks and tags.`)
    .addHelpText('after', '\nSafe to repeat: what is there is left as it is.\n\nExample:\n  $ pnpm taskwire seed')
    .action(async () => {
      const env = terminal.readEnv()
      if (env.production) {
        throw new CommandError('The demonstration account has a public password: it is not made in production')
      }
      const work = async (services: Services, database: OpenDatabase) => {
        await prepareSchema(database, {
          autoMigrate: env.autoMigrate,
          onProgress: terminal.progress,
        })
        await seed(services, terminal)
      }
      await withServices(terminal, work, env)
    })
}

async function seed(services: Services, terminal: Terminal): Promise<void> {
  const caller = createCaller(createInnerContext(services, { userId: await findOrMakeAccount(services) }))
  const tags = demonstrationTags()
  const tasks = demonstrationTasks(new Date())
  for (const tag of tags) await caller.tag.create(tag)
  for (const [index, task] of tasks.entries()) {
    await caller.task.create(task)
    if ((index + 1) % STEP === 0) terminal.progress(`Created ${index + 1} of ${tasks.length} tasks`)
  }
  const { email, password } = DEMONSTRATION_ACCOUNT
  terminal.result(`${email} (password ${password}) has ${tasks.length} tasks and ${tags.length} tags`)
}

/** @returns the user's id */
async function findOrMakeAccount(services: Services): Promise<string> {
  const { email } = DEMONSTRATION_ACCOUNT
  const known = await services.db.user.findUnique({ where: { email }, select: { id: true } })
  if (known !== null) return known.id
  const { user } = await createCaller(createInnerContext(services)).auth.register(DEMONSTRATION_ACCOUNT)
  return user.id
}
