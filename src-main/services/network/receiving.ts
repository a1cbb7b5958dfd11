import { isLoopback, type ReceivingSettings, type ReceivingState, type Refused } from '#shared/domain/network.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import { encodeMeta } from '#main/dicom/index.ts'
import { accept, isAeTitle, type Acceptor, type Incoming, type Refusal } from '#main/dicom/network/index.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import type { Arrivals } from './arrivals.ts'

interface Around {
  store: Store
  host: Host
  arrivals: Arrivals
}

/** Refusals that the page shows; the audit keeps those of each minute up to as many. */
const MOST_REFUSED = 50

/** Films that other systems send here (C-STORE): off until the user asks for it. What is kept goes through the ordinary import. */
export class ReceivingService {
  readonly #around
  #acceptor: Acceptor | null = null
  #settings: ReceivingSettings | null = null
  #problem: ReceivingState['problem'] = null
  #received = 0
  #refused: Refused[] = []
  #audited = { minute: 0, count: 0 }

  constructor(around: Around) {
    this.#around = around
  }

  state(): ReceivingState {
    const at = this.#acceptor?.address
    return { listening: at ? { address: at.address, port: at.port } : null, problem: this.#problem, received: this.#received, refused: this.#refused }
  }

  /**
   * Listen. @throws RECEIVE_OPEN_TO_ALL, INVALID_AE_TITLE, PORT_IN_USE, PORT_NOT_ALLOWED, ADDRESS_NOT_OURS
   */
  async start(settings: ReceivingSettings): Promise<ReceivingState> {
    await this.stop()
    try {
      check(settings)
      await this.#around.arrivals.recover()
      const allowed = new Set(settings.allow)
      this.#acceptor = await accept({
        bind: settings.bind,
        port: settings.port,
        aeTitle: settings.aeTitle,
        allows: (calling) => !allowed.size || allowed.has(calling),
        ...this.#into(),
        refused: (refusal) => this.#note(refusal),
      })
      this.#settings = settings
      this.#problem = null
    } catch (error) {
      this.#problem = toErrorShape(error)
      throw error
    } finally {
      this.#tell()
    }
    return this.state()
  }

  async stop(): Promise<void> {
    const acceptor = this.#acceptor
    this.#acceptor = null
    this.#problem = null
    await acceptor?.close()
    if (acceptor) this.#tell()
  }

  /** The settings in use, null while not listening. */
  get settings(): ReceivingSettings | null {
    return this.#acceptor && this.#settings
  }

  #into() {
    const collector = this.#around.arrivals.collect(() => this.#received++)
    return {
      open: (incoming: Incoming) => collector.open(encodeMeta({ ...incoming, from: incoming.calling }), incoming.sopInstanceUid),
      ended: () => {
        void collector.flush()
        this.#tell()
      },
    }
  }

  #note({ calling, from, reason }: Refusal): void {
    const at = new Date().toISOString()
    this.#refused = [{ at, calling, from, reason }, ...this.#refused].slice(0, MOST_REFUSED)
    const minute = Math.floor(Date.now() / 60_000)
    if (this.#audited.minute !== minute) this.#audited = { minute, count: 0 }
    // Whoever knocks a thousand times a second must not fill the disk.
    if (this.#audited.count++ < MOST_REFUSED) this.#around.store.audit.add('receive.refused', calling, { from, reason })
    this.#tell()
  }

  #tell(): void {
    this.#around.host.emit('receiving', this.state())
  }
}

function check({ bind, aeTitle, allow }: ReceivingSettings): void {
  const wrong = [aeTitle, ...allow].find((title) => !isAeTitle(title))
  if (wrong !== undefined) throw new CodedError('INVALID_AE_TITLE', `"${wrong}" is no AE title.`, { remedy: 'An AE title has 1 to 16 characters, without a backslash.' })
  if (!isLoopback(bind) && !allow.length) {
    throw new CodedError('RECEIVE_OPEN_TO_ALL', `On ${bind} every machine of the network could send films here.`, { remedy: 'List the AE titles that may, or receive on 127.0.0.1 only.' })
  }
}
