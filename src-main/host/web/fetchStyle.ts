import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** What every answer of the web host carries, whoever made it. */
const ALWAYS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

/** A GET of Node's server as the `Request` that services answer. @param signal aborted when nobody waits for the answer any more */
export function toRequest(message: IncomingMessage, origin: string, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(message.headers)) if (typeof value === 'string') headers.set(name, value)
  return new Request(new URL(message.url ?? '/', origin), { method: message.method ?? 'GET', headers, signal })
}

export async function sendResponse(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value)
  for (const [name, value] of answer.headers) response.setHeader(name, value)
  if (!answer.body || response.req.method === 'HEAD') return void response.end()
  // A page that goes away in the middle is no error of ours.
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response).catch(() => response.destroy())
}
