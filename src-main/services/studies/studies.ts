import type { ImageRow, StudyDetail, StudyRow } from '#shared/domain/study.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import { publicImage } from '#main/store/repositories/images.ts'
import { publicStudy } from '#main/store/repositories/studies.ts'
import type { StudyQuery } from '#main/store/repositories/studies.ts'

/** The worklist. */
export class StudiesService {
  readonly #store: Store
  readonly #host: Host

  constructor(store: Store, host: Host) {
    this.#store = store
    this.#host = host
  }

  list(query: StudyQuery): { total: number; rows: StudyRow[] } {
    return this.#store.studies.list(query)
  }

  /** @param id ours or a StudyInstanceUID. @throws NOT_FOUND */
  get(id: string): StudyDetail {
    const { studies, images, audit } = this.#store
    const study = studies.get(id)
    audit.add('study.open', study.id)
    return { ...publicStudy(study), imagesOf: images.ofStudy(study.key).map(publicImage), priors: studies.priors(study) }
  }

  /** Take studies out of the library; their files stay where they are. Films of a data set go with the data set only. */
  remove(ids: readonly string[]): number {
    const { studies, patients, audit } = this.#store
    const removed = this.#store.transaction(() => {
      const found = ids.map((id) => studies.get(id)).filter(({ origin }) => origin !== 'dataset')
      for (const study of found) {
        studies.remove(study.key)
        audit.add('study.remove', study.id)
      }
      patients.prune()
      return found.length
    })
    this.#host.emit('changed', { what: ['studies', 'predictions', 'reports'] })
    return removed
  }

  image(id: string): ImageRow {
    return publicImage(this.#store.images.get(id))
  }
}
