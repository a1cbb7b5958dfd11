import { CodedError } from '#shared/errors.ts'
import { isUid } from './classes.ts'
import { C_ECHO_RQ, C_ECHO_RSP, C_STORE_RQ, C_STORE_RSP, CANNOT_UNDERSTAND, NO_MATCH, OUT_OF_RESOURCES, PROCESSING_FAILURE, SUCCESS, UNRECOGNISED_OPERATION, decodeCommand, encodeCommand } from './command.ts'
import type { Command } from './command.ts'
import { invalidPdu } from './pdu.ts'
import type { AnsweredContext, AssociateRequest, DataValue, Pdu } from './pdu.ts'

/** An instance on its way in. */
export interface Incoming {
  sopClassUid: string
  sopInstanceUid: string
  transferSyntaxUid: string
  calling: string
}

/** Where the data set of one instance goes. */
export interface Sink {
  write(chunk: Uint8Array): Promise<void>
  /** All is here: keep it. Only when this has come back is the other side told of success, and may forget its own. */
  finish(): Promise<void>
  /** The rest will not come: forget it. */
  discard(): Promise<void>
}

/** A command set of store or echo takes a few hundred bytes. */
const MOST_COMMAND = 1 << 16

/** Puts data values together to messages, and answers these (PS3.7 section 9.3). */
export class MessageReader {
  readonly #calling
  readonly #contexts
  readonly #answer
  readonly #open
  #partial: Buffer[] = []
  #store: { command: Command; context: number; sink: Sink | null; failure: unknown } | null = null
  /** Instances that were kept. */
  stored = 0

  constructor(request: AssociateRequest, answered: readonly AnsweredContext[], answer: (pdu: Pdu) => Promise<void>, open: (incoming: Incoming) => Promise<Sink>) {
    this.#calling = request.calling
    this.#contexts = new Map(answered.filter(({ result }) => result === 0).map((context) => [context.id, context]))
    this.#answer = answer
    this.#open = open
  }

  /** Whether a message has begun and not ended. */
  get busy(): boolean {
    return this.#store !== null || this.#partial.length > 0
  }

  /** @throws DICOM_PROTOCOL */
  async take({ context, command, last, data }: DataValue): Promise<void> {
    if (!this.#contexts.has(context)) throw invalidPdu('a presentation context that was not agreed upon')
    if (command) return this.#takeCommand(context, last, data)
    const store = this.#store
    if (!store || store.context !== context) throw invalidPdu('data without a command')
    await this.#attempt(() => store.sink?.write(data))
    if (!last) return
    await this.#attempt(() => store.sink?.finish())
    this.#store = null
    if (store.failure === null) this.stored++
    await this.#respond(context, C_STORE_RSP, store.command, ...statusOf(store.failure))
  }

  /** Forget what has only partly come. */
  async discard(): Promise<void> {
    const sink = this.#store?.sink
    this.#store = null
    await sink?.discard()
  }

  async #takeCommand(context: number, last: boolean, data: Uint8Array): Promise<void> {
    if (this.#store) throw invalidPdu('a command inside the data of another')
    this.#partial.push(Buffer.from(data))
    if (this.#partial.reduce((sum, { length }) => sum + length, 0) > MOST_COMMAND) throw invalidPdu('an endless command')
    if (!last) return
    const command = decodeCommand(Buffer.concat(this.#partial))
    this.#partial = []
    if (command.field === C_ECHO_RQ) return this.#respond(context, C_ECHO_RSP, command, SUCCESS)
    if (command.field === C_STORE_RQ && command.hasData) return this.#begin(context, command)
    if (command.hasData || command.field & 0x8000) throw invalidPdu(`an operation that was not agreed upon (${command.field})`)
    return this.#respond(context, command.field | 0x8000, command, UNRECOGNISED_OPERATION)
  }

  async #begin(context: number, command: Command): Promise<void> {
    this.#store = { command, context, sink: null, failure: null }
    const { sopClassUid = '', sopInstanceUid = '' } = command
    await this.#attempt(async () => {
      if (!isUid(sopInstanceUid) || !isUid(sopClassUid)) throw new CodedError('INVALID_UID', 'The instance has no valid UID.')
      const { transferSyntax: transferSyntaxUid } = this.#contexts.get(context)!
      this.#store!.sink = await this.#open({ sopClassUid, sopInstanceUid, transferSyntaxUid, calling: this.#calling })
    })
  }

  /** A failure costs the instance, not the association: the rest of its data is let go by. */
  async #attempt(work: () => Promise<void> | undefined): Promise<void> {
    const store = this.#store!
    if (store.failure !== null) return
    try {
      await work()
    } catch (error) {
      store.failure = error
      const { sink } = store
      store.sink = null
      await sink?.discard()
    }
  }

  async #respond(context: number, field: number, { message, sopClassUid, sopInstanceUid }: Command, status: number, comment?: string): Promise<void> {
    const data = encodeCommand({ field, message, hasData: false, sopClassUid, ...(field === C_STORE_RSP && { sopInstanceUid }), status, comment })
    await this.#answer({ type: 'data', values: [{ context, command: true, last: true, data }] })
  }
}

/** The comment is a code, or nothing: texts of errors may name paths of this machine. */
function statusOf(failure: unknown): [status: number, comment?: string] {
  if (failure === null) return [SUCCESS]
  const code = (failure as { code?: unknown }).code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return [OUT_OF_RESOURCES, 'the disk is full']
  if (code === 'UID_MISMATCH') return [NO_MATCH, code]
  return failure instanceof CodedError ? [CANNOT_UNDERSTAND, failure.code] : [PROCESSING_FAILURE, 'it could not be kept']
}
