import { constants, setPriority } from 'node:os'
import { compareSync, hashSync } from 'bcryptjs'

// On Linux a priority belongs to a thread, elsewhere to the process: there it would slow down the event loop as well.
if (process.platform === 'linux') {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A sandbox may forbid it: hashing at normal priority is better than none.
  }
}

/**
 * @param {{ password: string, cost: number }} task
 * @returns {string}
 */
export const hash = ({ password, cost }) => hashSync(password, cost)

/**
 * @param {{ password: string, hash: string }} task
 * @returns {boolean}
 */
export const verify = ({ password, hash }) => compareSync(password, hash)
