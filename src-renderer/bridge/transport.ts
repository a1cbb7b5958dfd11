import type { Bridge } from '../../src-shared/contracts/bridge.ts'

export type Connection = 'connecting' | 'open' | 'lost'

/** How requests and events reach the main process: Electron IPC or the web host's socket. */
export interface Transport extends Pick<Bridge, 'invoke' | 'on'> {
  onConnection(listener: (state: Connection) => void): void
}
