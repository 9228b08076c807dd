/** Measures something and prints it. */
export interface Benchmark {
  /** What it measures, in one line. */
  description: string
  run(options: BenchmarkOptions): Promise<void>
}

export interface BenchmarkOptions {
  /** An empty PostgreSQL database to run on; absent: the embedded one. */
  databaseUrl: string | undefined
  /** How long a soak takes. */
  minutes: number
  print(line: string): void
}
