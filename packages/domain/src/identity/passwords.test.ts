import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { promisify } from 'node:util'
import { hashSync } from 'bcryptjs'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createPasswords, type PasswordMatch } from './passwords.ts'

const COST = 4
/** Of somebody who is signed in. */
const turn = { account: 'ada', network: null }
const passwords = createPasswords({ cost: COST })
afterAll(() => passwords.close())

describe('a password', () => {
  test('is hashed by bcrypt at the configured cost', async () => {
    await using costly = createPasswords({ cost: 6 })
    expect(await costly.hash('correct horse', turn)).toMatch(/^\$2b\$06\$.{53}$/)
  })

  test('is hashed with a salt of its own', async () => {
    expect(await passwords.hash('correct horse', turn)).not.toBe(await passwords.hash('correct horse', turn))
  })

  test('verifies against its hash, and no other does', async () => {
    const hash = await passwords.hash('correct horse', turn)
    expect(await passwords.verify('correct horse', hash, turn)).toBe('current')
    expect(await passwords.verify('correct horsf', hash, turn)).toBe(false)
    expect(await passwords.verify('', hash, turn)).toBe(false)
  })

  test('verifies against a hash of another cost', async () => {
    expect(await passwords.verify('correct horse', hashSync('correct horse', 5), turn)).toBe('outdated')
  })

  test('verifies however its accents were composed', async () => {
    const hash = await passwords.hash('café crème'.normalize('NFC'), turn)
    expect(await passwords.verify('café crème'.normalize('NFD'), hash, turn)).toBe('current')
  })

  test('of 72 bytes is seen whole', async () => {
    const password = `${'x'.repeat(71)}a`
    const hash = await passwords.hash(password, turn)
    expect(await passwords.verify(password, hash, turn)).toBe('current')
    expect(await passwords.verify(`${'x'.repeat(71)}b`, hash, turn)).toBe(false)
  })

  test('of more than 72 bytes is neither hashed nor taken for its beginning', async () => {
    const beginning = 'x'.repeat(72)
    await expect(passwords.hash(`${beginning}y`, turn)).rejects.toThrow(RangeError)
    expect(await passwords.verify(`${beginning}y`, await passwords.hash(beginning, turn), turn)).toBe(false)
  })

  test('verifies against its hash, whatever it is made of', async () => {
    const password = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .filter((text) => Buffer.byteLength(text.normalize('NFKC')) <= 72)
    await fc.assert(
      fc.asyncProperty(password, password, async (one, other) => {
        const hash = await passwords.hash(one, turn)
        expect(await passwords.verify(one, hash, turn)).toBe('current')
        expect(await passwords.verify(other, hash, turn)).toBe(
          one.normalize('NFKC') === other.normalize('NFKC') && 'current',
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe('a stored hash', () => {
  const valid = hashSync('correct horse', COST)
  test.each([
    '',
    'plaintext',
    'correct horse',
    valid.slice(0, -1),
    `${valid}x`,
    ` ${valid}`,
    valid.replace('$2b$', '$1$'),
    valid.replace('$2b$', '$2x$'),
    valid.replace('$04$', '$03$'),
    valid.replace('$04$', '$99$'),
    valid.replace('$04$', '$4$'),
    `${valid.slice(0, 59)}é`,
    '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b27N',
  ])('that is malformed matches nothing: %j', async (hash) => {
    expect(await passwords.verify('correct horse', hash, turn)).toBe(false)
  })
})

describe('an unknown email', () => {
  test('matches no password, after work on a thread like any other', async () => {
    await using narrow = createPasswords({ cost: COST, threads: 1, maxQueue: 0 })
    const underWay = narrow.verifyDummy('correct horse', turn)
    await expect(narrow.verifyDummy('correct horse', turn)).rejects.toMatchObject({ reason: 'OVERLOADED' })
    expect(await underWay).toBe(false)
  })
})

describe('the pool', () => {
  test('refuses what its queue has no room for, and takes more once there is', async () => {
    await using narrow = createPasswords({ cost: COST, threads: 1, maxQueue: 2 })
    const taken = [narrow.hash('one', turn), narrow.hash('two', turn), narrow.hash('three', turn)]
    await expect(narrow.hash('four', turn)).rejects.toMatchObject({ reason: 'OVERLOADED', details: { retryAfter: 2 } })
    await expect(narrow.verify('four', '', turn)).rejects.toMatchObject({ reason: 'OVERLOADED' })
    expect(await Promise.all(taken)).toHaveLength(3)
    expect(await narrow.verify('four', await narrow.hash('four', turn), turn)).toBe('current')
  })

  test('leaves the event loop free while it hashes', async () => {
    let turns = 0
    let hashing = true
    const pass = () => {
      turns += 1
      if (hashing) setImmediate(pass)
    }
    await using costly = createPasswords({ cost: 10 })
    await costly.verify('correct horse', hashSync('correct horse', COST), turn)
    setImmediate(pass)
    await costly.hash('correct horse', turn)
    hashing = false
    expect(turns).toBeGreaterThan(100)
  })

  test('finishes what it has taken before it closes, and takes no more', async () => {
    const closing = createPasswords({ cost: COST, threads: 1 })
    const taken = Promise.all([closing.hash('one', turn), closing.hash('two', turn), closing.hash('three', turn)])
    const closed = closing.close()
    await expect(closing.hash('four', turn)).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
    await closed
    expect(await taken).toHaveLength(3)
  })

  test('closes when it has never been used, and twice', async () => {
    const unused = createPasswords({ cost: COST })
    await unused.close()
    await unused.close()
  })

  test('neither keeps a process alive nor lets it end before the hash is there', { timeout: 60_000 }, async () => {
    const module = new URL('./passwords.ts', import.meta.url).href
    const script = `
      import { createPasswords } from '${module}'
      const turn = { account: 'ada', network: null }
      const passwords = createPasswords({ cost: 4 })
      console.log(await passwords.verify('correct horse', await passwords.hash('correct horse', turn), turn))`
    const flags = ['--conditions=@taskwire/source', '--import=tsx', '--input-type=module', '--eval', script]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, { timeout: 50_000 })
    expect({ stdout, stderr }).toEqual({ stdout: 'current\n', stderr: '' })
  })

  test.runIf(process.platform === 'linux')('lowers the priority of its own threads alone', async () => {
    await using busy = createPasswords({ cost: COST, threads: 1 })
    const before = niceLevels()
    const own = getPriority(process.pid)
    await busy.hash('correct horse', turn)
    const lowered = niceLevels().filter(([thread, nice]) => nice === 10 && before.every(([other]) => other !== thread))
    expect(lowered.length).toBeGreaterThanOrEqual(1)
    expect(getPriority(process.pid)).toBe(own)
  })
})

/** Id and nice level of each thread of this process (proc_pid_stat(5), field 19). */
function niceLevels(): [thread: string, nice: number][] {
  return readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
    return [thread, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])]
  })
}

test('a hash from when the cost was lower still verifies, after as much work as one of today', async () => {
  await using cheap = createPasswords({ cost: 4 })
  const hash = await cheap.hash('tree', turn)
  await using dear = createPasswords({ cost: 10, threads: 1 })
  await dear.verifyDummy('warm', turn)
  const took = async (work: () => Promise<PasswordMatch>) => {
    const start = performance.now()
    expect(await work()).toBe(false)
    return performance.now() - start
  }
  // The second one may have been hashed in an earlier form as well: twice the work, whether there is an account or not.
  for (const wrong of ['bush', 'ｂush']) {
    const ratios = []
    for (let round = 0; round < 4; round += 1) {
      const known = await took(() => dear.verify(wrong, hash, turn))
      ratios.push(known / (await took(() => dear.verifyDummy(wrong, turn))))
    }
    // Without the work that is made up for it would be a hundredth.
    expect(Math.max(...ratios)).toBeGreaterThan(0.5)
  }
  expect(await dear.verify('tree', hash, turn)).toBe('outdated')
})
