import type { Host } from '../host.ts'
import { childFork } from '../childFork.ts'
import type { WebServer } from './server.ts'

/** The web host: no native dialogs; events go to every page that is connected. Events before `serve` have nobody to hear them. */
export function webHost(): Host & { serve(server: WebServer): void } {
  let server: WebServer | undefined
  return {
    kind: 'web',
    fork: childFork(),
    emit: (name, payload) => server?.emit(name, payload),
    serve: (started) => void (server = started),
  }
}
