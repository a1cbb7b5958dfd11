import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { CodedError } from '#shared/errors.ts'
import type { EventName, Events } from '#shared/contracts/index.ts'
import type { Answer } from '../dispatch.ts'
import { sendResponse, toRequest } from './fetchStyle.ts'
import { createGuard } from './guard.ts'
import { pageFile, text } from './pageFiles.ts'
import { createRpc } from './rpc.ts'
import { receiveUpload } from './upload.ts'

export interface WebServerOptions {
  /** The built renderer. */
  pageFolder: string
  /** Where uploads go. */
  inbox: string
  dispatch: (name: unknown, input: unknown) => Promise<Answer>
  media: (request: Request) => Promise<Response>
  /** 0: any free port. */
  port: number
  maxUploadBytes?: number
}

export interface WebServer {
  /** With the token: whoever opens it is let in. */
  readonly address: string
  emit<K extends EventName>(name: K, payload: Events[K]): void
  close(): Promise<void>
}

/** The renderer, its pixels and its requests on 127.0.0.1 only. Throws `PORT_IN_USE`. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const guard = createGuard()
  const rpc = createRpc(options.dispatch)
  const server = createServer()
  const portOf = (): number => (server.address() as AddressInfo).port

  async function answer(message: IncomingMessage, signal: AbortSignal): Promise<Response> {
    const port = portOf()
    const origin = `http://127.0.0.1:${port}`
    const url = new URL(message.url ?? '/', origin)
    const token = url.pathname === '/' ? url.searchParams.get('token') : null
    if (token !== null) {
      const refusal = guard.checkHost(message, port) ?? (guard.tokenIsRight(token) ? null : { status: 403, reason: 'The token is not the one of this program; open the address it printed last.' })
      if (refusal) return text(refusal.status, refusal.reason)
      // Away from the address that holds the token, so that it does not stay in sight.
      return new Response(null, { status: 303, headers: { location: '/', 'set-cookie': guard.cookie(port) } })
    }
    const post = message.method === 'POST'
    const refusal = guard.check(message, port, post)
    if (refusal) return text(refusal.status, refusal.reason)
    if (url.pathname === '/upload' && post) return receiveUpload(message, url.searchParams, options.inbox, options.maxUploadBytes)
    if (message.method !== 'GET' && message.method !== 'HEAD') return text(405, 'Only GET here.')
    return url.pathname.startsWith('/media/') ? options.media(toRequest(message, origin, signal)) : pageFile(options.pageFolder, url.pathname)
  }

  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    // A row that was scrolled away no longer wants its thumbnail.
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    void answer(message, gone.signal)
      .catch(() => text(500, 'The answer failed.'))
      .then((made) => sendResponse(made, response))
  })
  server.on('upgrade', (message, socket, head) => {
    const refusal = message.url === '/rpc' ? guard.check(message, portOf(), true) : { status: 404, reason: '' }
    if (!refusal) return rpc.upgrade(message, socket, head)
    socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })

  await listen(server, options.port)
  return {
    address: `http://127.0.0.1:${portOf()}/?token=${guard.token}`,
    emit: rpc.emit,
    async close() {
      rpc.close()
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new CodedError('PORT_IN_USE', `Port ${port} is taken by another program.`, { remedy: 'Choose another with --port, or leave it out for any free one.', cause: error })
  }
}
