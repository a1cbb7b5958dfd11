import type { EventName, Events, RequestInput, RequestName, RequestOutput } from './index.ts'
import type { ErrorShape } from '../errors.ts'

/** What Electron's preload exposes to the page as `window.xclassifier`; the web host's socket offers the same face. */
export interface Bridge {
  invoke<K extends RequestName>(
    name: K,
    input: RequestInput<K>,
  ): Promise<{ ok: true; output: RequestOutput<K> } | { ok: false; error: ErrorShape }>
  /** Answers a function that ends the subscription. */
  on<K extends EventName>(name: K, listener: (payload: Events[K]) => void): () => void
  /** Path of a dropped file; a browser does not tell it, so the web host uploads instead. */
  pathForFile?(file: unknown): string
}
