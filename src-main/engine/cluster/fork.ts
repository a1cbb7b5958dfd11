/** What the engine needs of a host to run a process; each host implements it (utilityProcess in Electron, child_process elsewhere). */
export interface ChildExit {
  code: number | null
  signal: string | null
  /** Why, where the process is on a machine that was lost. */
  reason?: string
}

export interface ForkedProcess {
  readonly pid: number | undefined
  /** The machine that it is on, when it is another one. */
  readonly place?: string
  /** Structured-clonable message to the child; false when its channel is closed. */
  send(message: unknown): boolean
  onMessage(listener: (message: unknown) => void): void
  /** Lines the child wrote to stderr or stdout, for the log. */
  onOutput(listener: (line: string) => void): void
  /** Settles once, when the process is really gone. */
  readonly exited: Promise<ChildExit>
  kill(signal?: 'SIGTERM' | 'SIGKILL'): void
}

/** Entry files that a host can fork, by the name of their file in `src-main/entry`. */
export type ForkEntry = 'trainer'

export type Fork = (entry: ForkEntry, args: string[], options?: { env?: Record<string, string> }) => ForkedProcess
