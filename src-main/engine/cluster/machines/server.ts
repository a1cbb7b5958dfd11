/** The chief's port: machines join over a WebSocket, and fetch the files of the run. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer, type WebSocket } from 'ws'
import { CodedError } from '#shared/errors.ts'
import type { Address } from './addresses.ts'
import { asFromMachine, FILES_PATH, type Hello, JOIN_PATH, type SharedFile, TOKEN_HEADER } from './messages.ts'

export interface Visitor {
  socket: WebSocket
  /** Its IP address. */
  from: string
}

const WHO_PATH = '/chief'
const MAX_MESSAGE_BYTES = 16 * 1024 ** 2

export class MachineServer {
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  /** Tells this chief from another. */
  readonly #id = randomUUID()
  #files = new Map<string, SharedFile>()
  #tokens: () => string[] = () => []

  /** @param welcome takes the first message of each visitor. @throws CodedError MACHINE_PORT, MACHINE_BIND */
  static async listen({ host, port }: Address, welcome: (hello: Hello, visitor: Visitor) => Promise<unknown>): Promise<MachineServer> {
    const server = new MachineServer(welcome)
    server.#server.listen(port, host)
    try {
      await once(server.#server, 'listening')
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'EADDRNOTAVAIL') throw new CodedError('MACHINE_BIND', `${host} is not an address of this machine.`, { remedy: 'Say --bind with one of its addresses, or 0.0.0.0 for all; and look whether TF_CONFIG gives this machine the index of another.', cause })
      throw new CodedError('MACHINE_PORT', `The port ${host}:${port} of this machine cannot be opened: ${code === 'EADDRINUSE' ? 'another program has it, or another task with the index 0' : String(code)}.`, { remedy: 'Choose another port in TF_CONFIG, on all machines.', cause })
    }
    return server
  }

  private constructor(welcome: (hello: Hello, visitor: Visitor) => Promise<unknown>) {
    this.#server = createServer((request, response) => void this.#answer(request, response))
    this.#server.on('upgrade', (request, socket, head) => {
      if (request.url !== JOIN_PATH) return socket.destroy()
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        // Without a listener a broken frame would end the process; `close` follows by itself.
        client.on('error', () => client.terminate())
        client.once('message', (data) => {
          const hello = asFromMachine(String(data))
          if (hello?.type === 'hello') void welcome(hello, { socket: client, from: request.socket.remoteAddress ?? 'an unknown address' })
          else client.close(1002, 'another version of the program')
        })
      })
    })
  }

  /** @param tokens of those who may have the files */
  offer(files: readonly SharedFile[], tokens: () => string[]): void {
    this.#files = new Map(files.map((file) => [file.name, file]))
    this.#tokens = tokens
  }

  /** Whether another chief answers at the address of this one. */
  async isOtherAt({ host, port }: Address): Promise<boolean> {
    const answer = await text({ host, port, path: WHO_PATH, timeout: 2000 }).catch(() => this.#id)
    return /^[0-9a-f-]{36}$/.test(answer) && answer !== this.#id
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const client of this.#sockets.clients) if (client.readyState === client.OPEN) client.close()
    this.#server.closeIdleConnections()
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 2000))])
    for (const client of this.#sockets.clients) client.terminate()
    this.#server.closeAllConnections()
  }

  async #answer({ url = '', headers, method }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method === 'GET' && url === WHO_PATH) return void response.end(this.#id)
    const file = url.startsWith(FILES_PATH) ? this.#files.get(url.slice(FILES_PATH.length)) : undefined
    const mayHave = this.#tokens().includes(String(headers[TOKEN_HEADER]))
    if (method !== 'GET' || !file || !mayHave) return void response.writeHead(mayHave ? 404 : 403).end()
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes })
    await pipeline(createReadStream(file.path), response).catch(() => response.destroy())
  }
}

function text(options: { host: string; port: number; path: string; timeout: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(options, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (body = (body + chunk).slice(0, 100)))
      response.on('end', () => resolve(body)).on('error', reject)
    })
    request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer')))
  })
}
