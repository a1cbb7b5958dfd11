import type { ErrorShape } from '../errors.ts'
import type { EventName, Events } from './index.ts'

/** Messages of the web host's `/rpc` socket: page to main, and main to page. */
export interface SocketRequest {
  id: number
  name: string
  input: unknown
}

export type SocketAnswer = { id: number; ok: true; output: unknown } | { id: number; ok: false; error: ErrorShape }
export type SocketEvent = { [K in EventName]: { event: K; payload: Events[K] } }[EventName]
export type SocketMessage = SocketAnswer | SocketEvent
