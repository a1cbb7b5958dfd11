import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge } from '#shared/contracts/bridge.ts'

// The channel names are spelled out: a sandboxed preload is one file and must not pull main code in.
const REQUEST_CHANNEL = 'xclassifier:request'
const EVENT_CHANNEL = 'xclassifier:event'

type Listener = (payload: never) => void
const listeners = new Map<string, Set<Listener>>()

ipcRenderer.on(EVENT_CHANNEL, (_event, name: string, payload: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(payload as never)
})

contextBridge.exposeInMainWorld('xclassifier', {
  invoke: (name, input) => ipcRenderer.invoke(REQUEST_CHANNEL, name, input),
  on(name, listener) {
    const known = listeners.get(name) ?? new Set<Listener>()
    listeners.set(name, known.add(listener as Listener))
    return () => void known.delete(listener as Listener)
  },
  pathForFile: (file) => webUtils.getPathForFile(file as File),
} satisfies Bridge)
