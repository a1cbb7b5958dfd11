import type { Bridge } from '../../src-shared/contracts/bridge.ts'
import type { Transport } from './transport.ts'

/** Electron: the preload script already speaks our types; the connection never drops. */
export function ipcTransport(api: Bridge): Transport {
  return {
    invoke: (name, input) => api.invoke(name, input),
    on: (name, listener) => api.on(name, listener),
    onConnection: (listener) => listener('open'),
  }
}
