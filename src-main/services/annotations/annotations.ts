import type { Annotation } from '#shared/domain/annotation.ts'
import { CodedError } from '#shared/errors.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'

/** Measurements and notes on films. */
export class AnnotationsService {
  readonly #store: Store
  readonly #host: Host

  constructor(store: Store, host: Host) {
    this.#store = store
    this.#host = host
  }

  /** @throws NOT_FOUND */
  ofImage(image: string): Annotation[] {
    this.#store.images.get(image)
    return this.#store.annotations.ofImage(image)
  }

  /** @throws NOT_FOUND for a film that is not there, ANNOTATION_CONFLICT when the id is another film's */
  save(annotation: Annotation): Annotation {
    const { annotations, images, audit } = this.#store
    images.get(annotation.image)
    const known = annotations.find(annotation.id)
    if (known && (known.image !== annotation.image || known.kind !== annotation.kind)) {
      throw new CodedError('ANNOTATION_CONFLICT', 'This annotation belongs to another film, or is of another kind.', { remedy: 'Draw it again.' })
    }
    this.#store.transaction(() => {
      annotations.put(annotation)
      audit.add(known ? 'annotation.change' : 'annotation.add', annotation.image, { kind: annotation.kind })
    })
    this.#host.emit('changed', { what: ['annotations'] })
    return annotation
  }

  /** Nothing happens to one that is gone already. */
  remove(id: string): void {
    const { annotations, audit } = this.#store
    const known = annotations.find(id)
    if (!known) return
    this.#store.transaction(() => {
      annotations.remove(id)
      audit.add('annotation.remove', known.image, { kind: known.kind })
    })
    this.#host.emit('changed', { what: ['annotations'] })
  }
}
