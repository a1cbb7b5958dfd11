import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { CodedError } from '#shared/errors.ts'
import { VERIFICATION } from './classes.ts'
import { C_ECHO_RQ, C_STORE_RQ, SUCCESS, decodeCommand, encodeCommand } from './command.ts'
import type { Command } from './command.ts'
import { invalidPdu } from './pdu.ts'
import type { AnsweredContext, AssociateAccept, Pdu, ProposedContext } from './pdu.ts'
import { MAX_LENGTH, pdusOf, send } from './stream.ts'
import { IMPLICIT_LE } from '../read/transfer-syntax.ts'

export interface Peer {
  host: string
  port: number
  /** AE title of the other side. */
  aeTitle: string
}

export interface AssociateOptions {
  /** Ours. */
  calling: string
  signal?: AbortSignal | undefined
  /** Milliseconds that the other side may take for an answer. */
  idleMs?: number
}

/** Class and coding of what is to be sent. */
export interface Kind {
  sopClassUid: string
  transferSyntaxUid: string
}

export interface Instance extends Kind {
  sopInstanceUid: string
  /** Its data set in that coding, without preamble and meta group. */
  data: Uint8Array
}

const IDLE_MS = 60_000
/** Ids are odd and at most 255 (PS3.8 section 9.3.2.2). */
export const MOST_KINDS = 128

/** An association that we asked for: one message at a time. */
export class Association {
  readonly #socket
  readonly #units
  readonly #contexts
  readonly #maxLength
  #message = 0

  constructor(socket: Socket, units: AsyncGenerator<Pdu>, contexts: Map<string, AnsweredContext>, maxLength: number) {
    this.#socket = socket
    this.#units = units
    this.#contexts = contexts
    // Some say 0 for any length.
    this.#maxLength = Math.max(256, Math.min(maxLength || MAX_LENGTH, MAX_LENGTH))
  }

  /** Whether the other side takes such instances. */
  takes({ sopClassUid, transferSyntaxUid }: Kind): boolean {
    return this.#contexts.get(keyOf(sopClassUid, transferSyntaxUid))?.result === 0
  }

  /** C-ECHO. @throws PEER_REFUSED, DICOM_PROTOCOL, PEER_UNREACHABLE */
  async echo(): Promise<void> {
    const context = this.#contexts.get(keyOf(VERIFICATION, IMPLICIT_LE))
    if (context?.result !== 0) throw new CodedError('PEER_REFUSED', 'The other side does not answer C-ECHO.')
    const { status } = await this.#ask(context.id, { field: C_ECHO_RQ, hasData: false, sopClassUid: VERIFICATION })
    if (status !== SUCCESS) throw new CodedError('PEER_REFUSED', `The other side answers C-ECHO with status ${hex(status)}.`)
  }

  /** C-STORE; the status as the other side says it. @throws DICOM_PROTOCOL, PEER_UNREACHABLE */
  async store({ sopClassUid, sopInstanceUid, transferSyntaxUid, data }: Instance): Promise<{ status: number; comment: string }> {
    const context = this.#contexts.get(keyOf(sopClassUid, transferSyntaxUid))!
    const { status = 0, comment = '' } = await this.#ask(context.id, { field: C_STORE_RQ, hasData: true, sopClassUid, sopInstanceUid }, data)
    return { status, comment }
  }

  /** Say good-bye and wait for the answer. */
  async release(): Promise<void> {
    try {
      await send(this.#socket, { type: 'release-rq' })
      await this.#units.next()
    } finally {
      this.#socket.destroy()
    }
  }

  abort(): void {
    this.#socket.end(Buffer.from([7, 0, 0, 0, 0, 4, 0, 0, 0, 0]))
    this.#socket.destroySoon()
  }

  async #ask(context: number, request: Omit<Command, 'message'>, data?: Uint8Array): Promise<Command> {
    this.#message = (this.#message % 0xffff) + 1
    await this.#send(context, true, encodeCommand({ ...request, message: this.#message }))
    if (data) await this.#send(context, false, data)
    const answer = await this.#answer()
    if (answer.message !== this.#message || answer.field !== (request.field | 0x8000)) throw invalidPdu('an answer to another message')
    return answer
  }

  async #send(context: number, command: boolean, bytes: Uint8Array): Promise<void> {
    // Length, context and flags of the value count.
    const most = this.#maxLength - 6
    for (let at = 0; at === 0 || at < bytes.length; at += most) {
      const data = bytes.subarray(at, at + most)
      await send(this.#socket, { type: 'data', values: [{ context, command, last: at + most >= bytes.length, data }] })
    }
  }

  async #answer(): Promise<Command> {
    const parts: Buffer[] = []
    for (;;) {
      const { value: pdu, done } = await this.#units.next()
      if (done) throw unreachable('it closed the connection')
      if (pdu.type === 'abort') throw new CodedError('PEER_ABORTED', 'The other side gave the association up.', { remedy: 'Look at its log.' })
      if (pdu.type !== 'data') throw invalidPdu(`${pdu.type} instead of an answer`)
      for (const value of pdu.values) {
        if (!value.command) throw invalidPdu('data that nobody asked for')
        parts.push(Buffer.from(value.data))
        if (value.last) return decodeCommand(Buffer.concat(parts))
      }
    }
  }
}

/**
 * Opens an association for instances of these kinds, and for C-ECHO.
 * @throws CodedError PEER_UNREACHABLE, PEER_REFUSED, DICOM_PROTOCOL; or the signal's reason
 */
export async function associate(peer: Peer, kinds: readonly Kind[], { calling, signal, idleMs = IDLE_MS }: AssociateOptions): Promise<Association> {
  const contexts = contextsOf(kinds)
  const socket = connect({ host: peer.host, port: peer.port, signal })
  socket.setTimeout(idleMs, () => socket.destroy(unreachable(`nothing came for ${Math.round(idleMs / 1000)} seconds`)))
  socket.on('error', () => {})
  const units = told(pdusOf(socket), signal)
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    await send(socket, { type: 'associate-rq', called: peer.aeTitle, calling, contexts, maxLength: MAX_LENGTH })
    const { value: answer, done } = await units.next()
    if (done) throw unreachable('it closed the connection')
    const accepted = acceptance(answer)
    return new Association(socket, units, byKind(contexts, accepted), accepted.maxLength)
  } catch (error) {
    socket.destroy()
    signal?.throwIfAborted()
    throw error instanceof CodedError ? error : unreachable((error as NodeJS.ErrnoException).code ?? 'unknown', error)
  }
}

/** Whatever breaks the connection is said in the same words. */
async function* told(units: AsyncGenerator<Pdu>, signal: AbortSignal | undefined): AsyncGenerator<Pdu> {
  try {
    yield* units
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof CodedError ? error : unreachable((error as NodeJS.ErrnoException).code ?? 'unknown', error)
  }
}

function contextsOf(kinds: readonly Kind[]): ProposedContext[] {
  const wanted = new Map(kinds.map((kind) => [keyOf(kind.sopClassUid, kind.transferSyntaxUid), kind]))
  const pairs: Kind[] = [...wanted.values()].slice(0, MOST_KINDS - 1)
  return [{ sopClassUid: VERIFICATION, transferSyntaxUid: IMPLICIT_LE }, ...pairs].map(({ sopClassUid, transferSyntaxUid }, i) => ({
    id: 2 * i + 1,
    abstractSyntax: sopClassUid,
    transferSyntaxes: [transferSyntaxUid],
  }))
}

function byKind(proposed: readonly ProposedContext[], { contexts }: AssociateAccept): Map<string, AnsweredContext> {
  const answers = new Map(contexts.map((context) => [context.id, context]))
  return new Map(proposed.flatMap(({ id, abstractSyntax, transferSyntaxes }) => (answers.has(id) ? [[keyOf(abstractSyntax, transferSyntaxes[0]!), answers.get(id)!] as const] : [])))
}

const keyOf = (sopClassUid: string, transferSyntaxUid: string): string => `${sopClassUid} ${transferSyntaxUid}`
const hex = (status: number | undefined): string => `0x${(status ?? 0).toString(16).padStart(4, '0')}`

/** PS3.8 table 9-21, of the service user. */
const REASONS: Record<number, string> = { 3: 'it does not know our AE title', 7: 'it has another AE title' }

function acceptance(answer: Pdu): AssociateAccept {
  if (answer.type === 'associate-ac') return answer
  if (answer.type === 'associate-rj') {
    const why = answer.source === 1 ? (REASONS[answer.reason] ?? 'no reason given') : 'it is busy or does not speak our protocol'
    throw new CodedError('PEER_REFUSED', `The other side refuses the association: ${why}.`, { remedy: 'Compare the AE titles on both sides.' })
  }
  if (answer.type === 'abort') throw new CodedError('PEER_ABORTED', 'The other side gave the association up.', { remedy: 'Look at its log.' })
  throw invalidPdu(`${answer.type} instead of an association`)
}

function unreachable(why: string, cause?: unknown): CodedError {
  return new CodedError('PEER_UNREACHABLE', `The other side cannot be reached: ${why}.`, { cause, remedy: 'Check host and port, and that it is running.' })
}

