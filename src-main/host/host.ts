import type { Fork } from '#main/engine/cluster/fork.ts'
import type { EventName, Events } from '#shared/contracts/index.ts'

export type { ChildExit, Fork, ForkEntry, ForkedProcess } from '#main/engine/cluster/fork.ts'

/** What the services need of the program around them. Electron, the web host and the command line implement it. */
export interface Host {
  readonly kind: 'electron' | 'web' | 'cli'
  readonly fork: Fork
  /** Tell every open page. */
  emit<K extends EventName>(name: K, payload: Events[K]): void
  /** Native open dialog; null when cancelled, undefined when the host has none. */
  choose?(what: 'files' | 'folder' | 'model' | 'target'): Promise<string[] | null>
  /** Native save dialog; null when cancelled. Absent: the file is offered under `/media/report/...`. */
  chooseSave?(suggestedName: string): Promise<string | null>
}
