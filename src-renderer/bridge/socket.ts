import type { EventName, Events, RequestInput, RequestName, RequestOutput } from '../../src-shared/contracts/index.ts'
import type { SocketMessage } from '../../src-shared/contracts/socket.ts'
import type { ErrorShape } from '../../src-shared/errors.ts'
import type { Connection, Transport } from './transport.ts'

type Outcome = { ok: true; output: unknown } | { ok: false; error: ErrorShape }
type Reply<K extends RequestName> = { ok: true; output: RequestOutput<K> } | { ok: false; error: ErrorShape }

interface Pending {
  /** Text of the request; kept until the answer so that one not yet sent survives a reconnect. */
  text: string
  sent: boolean
  settle(outcome: Outcome): void
}

const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5000

/**
 * The web host's `/rpc` socket. Reconnects with growing pauses; a request that was sent over a connection that then dropped is answered with
 * `CONNECTION_LOST` (it may or may not have run), one that was never sent waits for the next connection.
 */
export class SocketTransport implements Transport {
  private socket: WebSocket | undefined
  private readonly url: string
  private retry: ReturnType<typeof setTimeout> | undefined
  private closed = false
  private readonly pending = new Map<number, Pending>()
  private readonly listeners = new Map<EventName, Set<(payload: never) => void>>()
  private readonly watchers = new Set<(state: Connection) => void>()
  private state: Connection = 'connecting'
  private nextId = 1
  private retryMs = FIRST_RETRY_MS

  constructor(url: string) {
    this.url = url
    this.connect()
  }

  invoke<K extends RequestName>(name: K, input: RequestInput<K>): Promise<Reply<K>> {
    const id = this.nextId++
    return new Promise((resolve) => {
      const entry: Pending = { text: JSON.stringify({ id, name, input }), sent: false, settle: (outcome) => resolve(outcome as Reply<K>) }
      this.pending.set(id, entry)
      this.flush()
    })
  }

  on<K extends EventName>(name: K, listener: (payload: Events[K]) => void): () => void {
    const set = this.listeners.get(name) ?? new Set()
    this.listeners.set(name, set)
    set.add(listener)
    return () => set.delete(listener)
  }

  onConnection(listener: (state: Connection) => void): void {
    this.watchers.add(listener)
    listener(this.state)
  }

  /** For good: no more tries. */
  close(): void {
    this.closed = true
    clearTimeout(this.retry)
    this.socket?.close()
  }

  private connect(): void {
    const socket = new WebSocket(this.url)
    this.socket = socket
    socket.onopen = () => {
      this.retryMs = FIRST_RETRY_MS
      this.announce('open')
      this.flush()
    }
    socket.onmessage = (message) => this.receive(JSON.parse(String(message.data)) as SocketMessage)
    socket.onclose = () => this.lost()
  }

  private flush(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return
    for (const entry of this.pending.values()) {
      if (entry.sent) continue
      entry.sent = true
      this.socket.send(entry.text)
    }
  }

  private receive(message: SocketMessage): void {
    if ('event' in message) {
      for (const listener of this.listeners.get(message.event) ?? []) listener(message.payload as never)
      return
    }
    this.pending.get(message.id)?.settle(message)
    this.pending.delete(message.id)
  }

  private lost(): void {
    this.announce('lost')
    for (const [id, entry] of this.pending) {
      if (!entry.sent) continue
      this.pending.delete(id)
      entry.settle({ ok: false, error: { code: 'CONNECTION_LOST', message: 'The connection to the app was lost before it answered.', remedy: 'Check that the program still runs; the page reconnects by itself.' } })
    }
    if (this.closed) return
    this.retry = setTimeout(() => this.connect(), this.retryMs)
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS)
  }

  private announce(state: Connection): void {
    this.state = state
    for (const watcher of this.watchers) watcher(state)
  }
}
