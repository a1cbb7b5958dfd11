import { onScopeDispose, readonly, ref } from 'vue'
import { fromErrorShape } from '../../src-shared/errors.ts'
import type { EventName, Events, RequestInput, RequestName, RequestOutput } from '../../src-shared/contracts/index.ts'
import { ipcTransport } from './ipc.ts'
import { SocketTransport } from './socket.ts'
import type { Connection, Transport } from './transport.ts'

const socketUrl = (): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc`
const transport: Transport = window.xclassifier ? ipcTransport(window.xclassifier) : new SocketTransport(socketUrl())

/** Whether native dialogs and paths of dropped files are at hand. */
export const isElectron = window.xclassifier !== undefined

const state = ref<Connection>('connecting')
transport.onConnection((next) => (state.value = next))
export const connection = readonly(state)

/** Ask the main process. Rejects with a `CodedError` whose code is the one thrown there. */
export async function call<K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>> {
  const reply = await transport.invoke(name, input)
  if (reply.ok) return reply.output
  throw fromErrorShape(reply.error)
}

/** Listen to an event; returns the function that stops. */
export function on<K extends EventName>(name: K, listener: (payload: Events[K]) => void): () => void {
  return transport.on(name, listener)
}

/** Listen for as long as the surrounding component (or effect scope) lives. */
export function useEvent<K extends EventName>(name: K, listener: (payload: Events[K]) => void): void {
  onScopeDispose(transport.on(name, listener))
}

/** Ask again whenever rows of one of these kinds changed. */
export function useChanged(what: Events['changed']['what'][number][], refresh: () => void): void {
  useEvent('changed', (payload) => {
    if (payload.what.some((kind) => what.includes(kind))) refresh()
  })
}

export { media } from './media.ts'
export { pathsOfFiles } from './upload.ts'
