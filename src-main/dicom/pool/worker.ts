import { parentPort } from 'node:worker_threads'
import { toErrorShape } from '#shared/errors.ts'
import type { ErrorShape } from '#shared/errors.ts'
import { TASKS } from './tasks.ts'
import type { Request, Tasks } from './tasks.ts'

export type Reply = { ok: true; output: Tasks[keyof Tasks]['output'] } | { ok: false; error: ErrorShape }

async function answer(request: Request): Promise<Reply> {
  try {
    // The request's name picks both the handler and its input; the type of a correlated union does not say so.
    const handler = TASKS[request.task] as (input: Request) => Promise<Tasks[keyof Tasks]['output']>
    return { ok: true, output: await handler(request) }
  } catch (error) {
    return { ok: false, error: { file: request.path, ...toErrorShape(error) } }
  }
}

/** Pixels travel without a copy; what shares a buffer with others (small Node buffers do) is copied. */
function transferables(reply: Reply): ArrayBuffer[] {
  if (!reply.ok) return []
  const { output } = reply
  const array = output instanceof Uint8Array ? output : 'pixels' in output ? output.pixels : null
  const own = array && array.byteOffset === 0 && array.byteLength === array.buffer.byteLength
  return own && array.buffer instanceof ArrayBuffer ? [array.buffer] : []
}

parentPort!.on('message', async (request: Request) => {
  const reply = await answer(request)
  parentPort!.postMessage(reply, transferables(reply))
})
