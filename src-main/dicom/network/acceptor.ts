import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { CodedError } from '#shared/errors.ts'
import { transferSyntax } from '../read/transfer-syntax.ts'
import { VERIFICATION, isPictureClass } from './classes.ts'
import { MessageReader, type Incoming, type Sink } from './messages.ts'
import type { AnsweredContext, AssociateRequest, Pdu } from './pdu.ts'
import { MAX_LENGTH, pdusOf, send } from './stream.ts'

export interface AcceptorOptions {
  /** Network interface; loopback unless the user says otherwise. */
  bind: string
  /** 0: any free one. */
  port: number
  /** Ours; associations that call another are refused. */
  aeTitle: string
  /** Whether this calling AE title may associate at all. */
  allows(calling: string): boolean
  /** Where an instance goes; errors become the status of its response. */
  open(incoming: Incoming): Promise<Sink>
  /** Told when an association ended, in whatever way. */
  ended?(association: { calling: string; instances: number }): void
  /** Told what was refused or broke off; never patient data. */
  refused?(refusal: Refusal): void
  /** Milliseconds without a byte after which an association is given up. */
  idleMs?: number
}

export interface Refusal {
  calling: string
  /** Network address of the other side. */
  from: string
  reason: string
}

export interface Acceptor {
  address: AddressInfo
  /** Take no more associations and end those that are open. */
  close(): Promise<void>
}

/** PS3.8 table 9-21. */
const CALLED_TITLE = { result: 1, source: 1, reason: 7 }
const CALLING_TITLE = { result: 1, source: 1, reason: 3 }
const CONGESTION = { result: 2, source: 3, reason: 1 }
const MOST_ASSOCIATIONS = 16
const IDLE_MS = 60_000

/**
 * Listens for associations that store pictures (C-STORE) or ask whether we are here (C-ECHO): PS3.4 annexes A and B.
 * @throws CodedError PORT_IN_USE, PORT_NOT_ALLOWED, ADDRESS_NOT_OURS
 */
export async function accept(options: AcceptorOptions): Promise<Acceptor> {
  const sockets = new Set<Socket>()
  const serving = new Set<Promise<void>>()
  const server = createServer((socket) => {
    const full = sockets.size >= MOST_ASSOCIATIONS
    sockets.add(socket)
    const served = serve(socket, options, full).finally(() => {
      sockets.delete(socket)
      serving.delete(served)
    })
    serving.add(served)
  })
  await listening(server, options)
  return {
    address: server.address() as AddressInfo,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await Promise.all([closed, ...serving])
    },
  }
}

async function listening(server: Server, { bind, port }: AcceptorOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, bind, port)))
    server.listen(port, bind, resolve)
  })
}

function listenError(cause: NodeJS.ErrnoException, bind: string, port: number): CodedError {
  const of = { EADDRINUSE: 'PORT_IN_USE', EACCES: 'PORT_NOT_ALLOWED', EADDRNOTAVAIL: 'ADDRESS_NOT_OURS', ENOTFOUND: 'ADDRESS_NOT_OURS' }[cause.code ?? '']
  if (of === 'PORT_IN_USE') return new CodedError(of, `Another program listens on port ${port}.`, { cause, remedy: 'Choose another port, or end that program.' })
  if (of === 'PORT_NOT_ALLOWED') return new CodedError(of, `Port ${port} is reserved for the system.`, { cause, remedy: 'Choose a port from 1024 up, such as 11112.' })
  return new CodedError(of ?? 'CANNOT_LISTEN', `No films can be received on ${bind}, port ${port} (${cause.code}).`, { cause, remedy: 'Name an address of this machine.' })
}

/** One association from its request to its end; whatever happens to it happens to it alone. */
async function serve(socket: Socket, options: AcceptorOptions, full: boolean): Promise<void> {
  const { idleMs = IDLE_MS, ended, refused } = options
  const from = socket.remoteAddress ?? ''
  let calling = ''
  let reader: MessageReader | null = null
  socket.setTimeout(idleMs, () => socket.destroy(new CodedError('DICOM_TIMEOUT', `Nothing came for ${Math.round(idleMs / 1000)} seconds.`)))
  // Also between two reads, when nobody iterates.
  socket.on('error', () => {})
  try {
    for await (const pdu of pdusOf(socket)) {
      if (pdu.type === 'associate-rq' && !reader) {
        calling = pdu.calling
        const refusal = full ? { why: 'too many associations at once', ...CONGESTION } : refusalOf(pdu, options)
        if (refusal) {
          refused?.({ calling, from, reason: refusal.why })
          await send(socket, { type: 'associate-rj', result: refusal.result, source: refusal.source, reason: refusal.reason })
          break
        }
        const contexts = pdu.contexts.map(answerTo)
        // Many propose all that they know, and send none of it.
        if (!contexts.some(({ result }) => result === 0)) refused?.({ calling, from, reason: 'it proposed no kind of picture and no coding that the reader opens' })
        reader = new MessageReader(pdu, contexts, (answer) => send(socket, answer), options.open)
        await send(socket, { type: 'associate-ac', called: pdu.called, calling, contexts, maxLength: MAX_LENGTH })
      } else if (pdu.type === 'data' && reader) {
        for (const value of pdu.values) await reader.take(value)
      } else {
        await send(socket, endOf(pdu))
        if (pdu.type !== 'release-rq' && pdu.type !== 'abort') refused?.({ calling, from, reason: `unexpected ${pdu.type}` })
        break
      }
    }
    if (reader?.busy) refused?.({ calling, from, reason: 'the association broke off inside an instance' })
  } catch (error) {
    refused?.({ calling, from, reason: error instanceof CodedError ? error.message : `the connection broke (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` })
    if (!socket.destroyed && error instanceof CodedError) await send(socket, { type: 'abort', source: 2, reason: 0 }).catch(() => {})
  } finally {
    await reader?.discard()
    socket.end()
    socket.destroySoon()
    if (reader) ended?.({ calling, instances: reader.stored })
  }
}

/** A release is answered with its like, an abort with nothing that matters, all else ends the association (PS3.8 section 9.2). */
function endOf({ type }: Pdu): Pdu {
  return type === 'release-rq' ? { type: 'release-rp' } : { type: 'abort', source: 2, reason: 2 }
}

function refusalOf({ called, calling }: AssociateRequest, { aeTitle, allows }: AcceptorOptions): { why: string; result: number; source: number; reason: number } | null {
  if (called !== aeTitle) return { why: 'another AE title than ours was called', ...CALLED_TITLE }
  if (!allows(calling)) return { why: 'this AE title is not on the list', ...CALLING_TITLE }
  return null
}

/** Of the codings proposed the first that the reader decodes: the other side names its own first. */
function answerTo({ id, abstractSyntax, transferSyntaxes }: AssociateRequest['contexts'][number]): AnsweredContext {
  const known = abstractSyntax === VERIFICATION || isPictureClass(abstractSyntax)
  const chosen = transferSyntaxes.find((uid) => transferSyntax(uid).coding !== null)
  return { id, result: !known ? 3 : chosen ? 0 : 4, transferSyntax: chosen ?? transferSyntaxes[0] ?? '' }
}
