import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { EventName, Events } from '#shared/contracts/index.ts'
import type { SocketMessage } from '#shared/contracts/socket.ts'
import type { Answer } from '../dispatch.ts'

/** A list of 100,000 paths fits. */
const MAX_MESSAGE_BYTES = 64 * 1024 ** 2
/** A page that stopped reading is let go; it reconnects and asks again. */
const MAX_BACKLOG_BYTES = 32 * 1024 ** 2

export interface RpcServer {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  emit<K extends EventName>(name: K, payload: Events[K]): void
  close(): void
}

/** `/rpc`: requests `{id, name, input}` answered one by one as they finish, events to every page. */
export function createRpc(dispatch: (name: unknown, input: unknown) => Promise<Answer>): RpcServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })

  async function receive(socket: WebSocket, text: string): Promise<void> {
    const request = parse(text)
    if (!request) return socket.close(1007, 'not a request')
    send(socket, { id: request.id, ...(await dispatch(request.name, request.input)) })
  }

  return {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('message', (data) => void receive(client, String(data)))
        // Without a listener a broken frame would end the process; `close` follows by itself.
        client.on('error', () => client.terminate())
      }),
    emit(name, payload) {
      for (const client of sockets.clients) send(client, { event: name, payload } as SocketMessage)
    },
    close() {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }
}

function send(socket: WebSocket, message: SocketMessage): void {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > MAX_BACKLOG_BYTES) return socket.terminate()
  socket.send(JSON.stringify(message))
}

function parse(text: string): { id: number; name: unknown; input: unknown } | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    const { id, name, input } = value as Record<string, unknown>
    return typeof id === 'number' ? { id, name, input } : null
  } catch {
    return null
  }
}
