import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { lastingFiles } from './lasting-files.ts'
import { folderGone, gaveUp, type LostDatabaseError } from './lost-database.ts'
import { type FolderWatch, watchFolder } from './watch-folder.ts'

/** `-F` is fsync=off; PGlite's fdatasync, PostgreSQL's first choice on Linux, answers without doing anything. */
const START_PARAMS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['-c', 'wal_sync_method=fsync'],
]

/** PGlite in a folder. A commit is answered once it is on the disk, and in the folder that was opened. */
export class FolderPostgres extends PGlite {
  readonly lost: Promise<LostDatabaseError>
  #tellLost: (error: LostDatabaseError) => void = () => {}
  #lostBy: LostDatabaseError | undefined
  #watch: FolderWatch | undefined

  private constructor(options: PGliteOptions) {
    super(options)
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve
    })
  }

  /**
   * @param folder of PostgreSQL's own files
   * @param name of the folder, for messages
   */
  static async open(folder: string, name: string): Promise<FolderPostgres> {
    let lastWords = 'PostgreSQL did not say why'
    const postgres: FolderPostgres = new FolderPostgres({
      dataDir: folder,
      startParams: START_PARAMS,
      onStderr(line) {
        lastWords = /PANIC: +(.*)/.exec(line)?.[1] ?? lastWords
        return false
      },
      extensions: {
        lastingFiles: lastingFiles({
          onSync: () => postgres.#watch?.look(),
          onAbort: () => postgres.#lose(gaveUp(name, lastWords)),
        }),
      },
    })
    await postgres.waitReady
    postgres.#watch = watchFolder(folder, () => postgres.#lose(folderGone(name)))
    return postgres
  }

  #lose(error: LostDatabaseError): void {
    this.#lostBy ??= error
    this.#tellLost(error)
  }

  /** Everything that is asked comes through here. After PostgreSQL has given up, PGlite would run in a circle for ever. */
  override execProtocolRawSync(message: Uint8Array): Uint8Array {
    if (this.#lostBy !== undefined) throw this.#lostBy
    const answer = super.execProtocolRawSync(message)
    if (this.#lostBy !== undefined) throw this.#lostBy
    return answer
  }

  override async close(): Promise<void> {
    this.#watch?.look()
    await super.close()
    this.#watch?.close()
  }
}
