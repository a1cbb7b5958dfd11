import { receivingSettings } from '#shared/contracts/network.ts'
import type { FoundStudy, ReceivingSettings, ReceivingState } from '#shared/domain/network.ts'
import type { Job } from '#shared/domain/job.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import { associate, type Peer } from '#main/dicom/network/index.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import type { Folders } from '../folders.ts'
import type { ImportingService } from '../importing/importing.ts'
import type { JobsService } from '../jobs/jobs.ts'
import type { ReportsService } from '../reports/reports.ts'
import { Arrivals } from './arrivals.ts'
import { Nodes } from './nodes.ts'
import { ReceivedFolder } from './received.ts'
import { ReceivingService } from './receiving.ts'
import { SendingService, type SendRequest } from './sending.ts'
import { MOST_FOUND, searchStudies, type StudyQuestion } from './web/qido.ts'
import { RetrievingService } from './web/retrieving.ts'

const SETTINGS = 'receiving'

/** Films that come from and go to other systems: only when the user asks, only to those that the user entered. */
export class NetworkService {
  readonly nodes: Nodes
  readonly receiving: ReceivingService
  readonly #store
  readonly #sending
  readonly #retrieving
  readonly #arrivals

  constructor(around: { store: Store; host: Host; folders: Folders; pool: DecodePool; importing: ImportingService; jobs: JobsService; reports: ReportsService }) {
    const { store, folders, pool, importing, jobs } = around
    this.#store = store
    this.nodes = new Nodes(store)
    this.#arrivals = new Arrivals(new ReceivedFolder(folders.received, pool), importing, jobs)
    this.receiving = new ReceivingService({ ...around, arrivals: this.#arrivals })
    this.#sending = new SendingService(around)
    this.#retrieving = new RetrievingService(this.nodes, this.#arrivals, jobs)
  }

  /** Import what the last end left; listen, if the user has said so once. What keeps us from it is shown under Settings. */
  async begin(): Promise<void> {
    const settings = this.#settings()
    await (settings.enabled ? this.receiving.start(settings) : this.#arrivals.recover()).catch(() => {})
  }

  receivingNow(): { settings: ReceivingSettings; state: ReceivingState } {
    return { settings: this.#settings(), state: this.receiving.state() }
  }

  /** @throws as `ReceivingService.start`; settings that do not work are not kept */
  async setReceiving(settings: ReceivingSettings): Promise<{ settings: ReceivingSettings; state: ReceivingState }> {
    if (settings.enabled) await this.receiving.start(settings)
    else await this.receiving.stop()
    this.#store.settings.set(SETTINGS, settings)
    return this.receivingNow()
  }

  /** C-ECHO, or an empty search. @throws PEER_UNREACHABLE, PEER_REFUSED, NODE_UNREACHABLE, NODE_UNTRUSTED, NODE_REFUSED */
  async test(id: string): Promise<{ milliseconds: number }> {
    const node = this.nodes.find(id)
    const begun = performance.now()
    if (node.kind === 'dicomweb') await this.search(id, { patientId: '', patientName: '', dates: '', modality: '' })
    else await echo(node, this.#settings().aeTitle)
    return { milliseconds: Math.round(performance.now() - begun) }
  }

  /** Queue films and reports for a DICOM node. @throws NOT_FOUND, WRONG_NODE */
  send(id: string, what: Pick<SendRequest, 'studies' | 'films' | 'reports'>): Job {
    const { name, host, port, aeTitle } = this.nodes.get(id, 'dicom')
    return this.sendTo({ host, port, aeTitle }, name, what)
  }

  /** The same for a system that the user names on the command line. */
  sendTo(to: Peer, name: string, what: Pick<SendRequest, 'studies' | 'films' | 'reports'>): Job {
    return this.#sending.start({ ...what, to, name, calling: this.#settings().aeTitle })
  }

  async search(id: string, question: StudyQuestion): Promise<{ studies: FoundStudy[]; more: boolean }> {
    const { id: node, address, user } = this.nodes.get(id, 'dicomweb')
    const found = await searchStudies({ address, user, secret: this.nodes.secret(node) }, question)
    const studies = found.slice(0, MOST_FOUND).map((study) => ({ ...study, here: this.#store.studies.find(study.studyInstanceUid) !== undefined }))
    return { studies, more: found.length > MOST_FOUND }
  }

  retrieve(node: string, studies: string[]): Job {
    return this.#retrieving.start({ node, studies })
  }

  /** When all that has come is in the library. */
  settled(): Promise<void> {
    return this.#arrivals.settled()
  }

  /** End associations. What has come and is not imported yet will be at the next start. */
  close(): Promise<void> {
    return this.receiving.stop()
  }

  #settings(): ReceivingSettings {
    const stored = receivingSettings.safeParse(this.#store.settings.get(SETTINGS) ?? {})
    return stored.success ? stored.data : receivingSettings.parse({})
  }
}

/** C-ECHO. @throws PEER_UNREACHABLE, PEER_REFUSED */
export async function echo(peer: Peer, calling: string): Promise<void> {
  const association = await associate(peer, [], { calling })
  try {
    await association.echo()
  } finally {
    await association.release().catch(() => {})
  }
}
