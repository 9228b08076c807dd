import { Transform } from 'node:stream'
import { type Message, messageReader } from './postgres-messages.ts'
import type { Between } from './tcp-proxy.ts'

/** Where a connection is cut: before the server is told a statement, or after it has done it and before anybody learns. */
type Moment = 'before' | 'after'

/** Statements of a transaction before which and after which connections are cut, BEGIN being the first. */
const STEPS = 5

/** Each step of a transaction in turn; where one has fewer, nothing is cut. */
const PLANS = [...Array.from({ length: STEPS }, (_, index) => index + 1), 'COMMIT' as const].flatMap((step) =>
  (['before', 'after'] as const).map((moment) => ({ step, moment })),
)

/** Cuts every so manieth statement that stands alone. */
const ALONE = 20

export interface TransactionCutter {
  between(): Between
  begin(): void
  end(): void
  /** Where it has cut and how often: such as `after COMMIT`, `before 2`, or `after alone`. */
  readonly cuts: ReadonlyMap<string, number>
}

/** Cuts connections to PostgreSQL in the middle of what they do: of two transactions one. */
export function transactionCutter(): TransactionCutter {
  const cuts = new Map<string, number>()
  let cutting = false
  let transactions = 0
  let statementsAlone = 0

  function planOfTransaction(): (typeof PLANS)[number] | undefined {
    transactions += 1
    return cutting && transactions % 2 === 0 ? PLANS[(transactions / 2) % PLANS.length] : undefined
  }

  function planAlone(): Moment | undefined {
    if (cutting) statementsAlone += 1
    if (!cutting || statementsAlone % ALONE !== 0) return undefined
    return (statementsAlone / ALONE) % 2 === 0 ? 'before' : 'after'
  }

  /** Of one connection: says of each statement whether to cut there. */
  function createDecision(): (sql: string) => Moment | undefined {
    let step = 0
    let plan: (typeof PLANS)[number] | undefined
    const note = (moment: Moment, where: string | number) => {
      const place = `${moment} ${where}`
      cuts.set(place, (cuts.get(place) ?? 0) + 1)
      return moment
    }
    return (sql) => {
      if (/^BEGIN/.test(sql)) {
        step = 0
        plan = planOfTransaction()
      } else if (step === 0) {
        const moment = planAlone()
        return moment && note(moment, 'alone')
      }
      step += 1
      const isCommit = /^COMMIT/.test(sql)
      const due = plan?.step === (isCommit ? 'COMMIT' : step) ? plan.moment : undefined
      if (isCommit || /^ROLLBACK/.test(sql)) step = 0
      return due && note(due, isCommit ? 'COMMIT' : step)
    }
  }

  return {
    cuts,
    begin() {
      cutting = true
    },
    end() {
      cutting = false
    },
    between() {
      const readMessages = messageReader()
      const statementOf = statementReader()
      const decide = createDecision()
      let said: Buffer[] = []
      let isDeaf = false
      const toServer = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          for (const message of readMessages(chunk)) {
            said.push(message.bytes)
            const sql = statementOf(message)
            const moment = sql === undefined ? undefined : decide(sql)
            if (moment === 'before') return void this.destroy()
            isDeaf ||= moment === 'after'
            if (sql !== undefined || !WITHIN.has(message.type)) {
              this.push(Buffer.concat(said))
              said = []
            }
          }
          done()
        },
      })
      const toClient = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          if (isDeaf) this.destroy()
          else done(null, chunk)
        },
      })
      return { toServer, toClient }
    },
  }
}

/** Messages of one statement that another one follows: Parse, Bind, Describe and Execute, before Sync. */
const WITHIN = new Set(['P', 'B', 'D', 'E'])

/** Knows the statement that a message asks to be done: a Query, or a Sync by what was bound before it. */
function statementReader(): (message: Message) => string | undefined {
  const named = new Map<string, string>()
  let bound = ''
  return ({ type, bytes }) => {
    const texts = bytes.toString('utf8', 5).split('\0')
    if (type === 'Q') return texts[0]
    if (type === 'P') named.set(texts[0] ?? '', texts[1] ?? '')
    if (type === 'B') bound = named.get(texts[1] ?? '') ?? ''
    return type === 'S' ? bound : undefined
  }
}
