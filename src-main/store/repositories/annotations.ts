import type { Annotation } from '#shared/domain/annotation.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId } from '../ids.ts'

interface Row {
  id: string
  image: number
  frame: number
  kind: Annotation['kind']
  points: string
  text: string
}

/** What was drawn on films. */
export class AnnotationsRepository {
  readonly #put
  readonly #byId
  readonly #ofImage
  readonly #remove

  constructor(db: Db) {
    this.#put = db.prepare(`
      INSERT INTO annotations (id, image, frame, kind, points, text, created_at, updated_at) VALUES (@id, @image, @frame, @kind, @points, @text, @now, @now)
      ON CONFLICT (id) DO UPDATE SET frame = excluded.frame, points = excluded.points, text = excluded.text, updated_at = excluded.updated_at`)
    this.#byId = db.prepare<[string], Row>('SELECT * FROM annotations WHERE id = ?')
    this.#ofImage = db.prepare<[number], Row>('SELECT * FROM annotations WHERE image = ? ORDER BY key')
    this.#remove = db.prepare('DELETE FROM annotations WHERE id = ?')
  }

  find(id: string): Annotation | null {
    const row = this.#byId.get(id)
    return row ? toAnnotation(row) : null
  }

  /** Oldest first. */
  ofImage(image: string): Annotation[] {
    return this.#ofImage.all(requireKey('im', image)).map(toAnnotation)
  }

  /** Add it, or change the one of this id; kind and film stay. */
  put({ id, image, frame, kind, points, text }: Annotation): void {
    this.#put.run({ id, image: requireKey('im', image), frame, kind, points: JSON.stringify(points), text, now: new Date().toISOString() })
  }

  remove(id: string): void {
    this.#remove.run(id)
  }
}

const toAnnotation = ({ id, image, frame, kind, points, text }: Row): Annotation => ({ id, image: toId('im', image), frame, kind, points: JSON.parse(points) as Annotation['points'], text })
