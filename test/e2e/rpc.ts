import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { RequestInput, RequestName, RequestOutput } from '#shared/contracts/index.ts'
import { fromErrorShape } from '#shared/errors.ts'
import type { ErrorShape } from '#shared/errors.ts'

/** The requests of the pages, made without a page: what a test needs beforehand, or wants to know. */
export interface Rpc {
  /** @throws the coded error of the answer */
  call<K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>>
  /** A file of `/media/...`. */
  media(path: string): Promise<Buffer>
  close(): void
}

/** @param address as the web host prints it, with its token */
export async function connectRpc(address: string): Promise<Rpc> {
  const { origin, host } = new URL(address)
  const entrance = await fetch(address, { redirect: 'manual' })
  const cookie = entrance.headers.getSetCookie()[0]!.split(';')[0]!
  const socket = new WebSocket(`ws://${host}/rpc`, { origin, headers: { cookie } })
  await once(socket, 'open')
  const waiting = new Map<number, (answer: { ok: boolean; output: unknown; error: ErrorShape }) => void>()
  socket.on('message', (data) => {
    const answer = JSON.parse(String(data)) as { id: number; ok: boolean; output: unknown; error: ErrorShape }
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  let next = 1
  return {
    async call<K extends RequestName>(name: K, input: RequestInput<K>) {
      const id = next++
      const { ok, output, error } = await new Promise<{ ok: boolean; output: unknown; error: ErrorShape }>((resolve) => {
        waiting.set(id, resolve)
        socket.send(JSON.stringify({ id, name, input }))
      })
      if (!ok) throw fromErrorShape(error)
      return output as RequestOutput<K>
    },
    async media(path) {
      const response = await fetch(`${origin}/media/${path}`, { headers: { cookie } })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return Buffer.from(await response.arrayBuffer())
    },
    close: () => socket.terminate(),
  }
}
