import { EventEmitter } from 'node:events'
import type { EventName, Events } from '#shared/contracts/index.ts'
import { childFork } from './childFork.ts'
import type { Host } from './host.ts'

/** The command line as a host: no dialogs; the one page that hears events is the command that runs. */
export interface CliHost extends Host {
  on<K extends EventName>(name: K, listener: (payload: Events[K]) => void): void
}

export function cliHost(): CliHost {
  const events = new EventEmitter()
  return {
    kind: 'cli',
    fork: childFork(),
    emit: (name, payload) => void events.emit(name, payload),
    on: (name, listener) => void events.on(name, listener),
  }
}
