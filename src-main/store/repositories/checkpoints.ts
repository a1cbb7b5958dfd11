import type { Db } from '../connection.ts'
import { requireKey, toId } from '../ids.ts'

export interface Checkpoint {
  id: string
  run: string
  /** Within the data folder. */
  path: string
  step: number
  best: boolean
  createdAt: string
}

interface Row {
  key: number
  run: number
  path: string
  step: number
  best: number
  created_at: string
}

/** Which checkpoint files a run has written. */
export class CheckpointsRepository {
  readonly #add
  readonly #unbest
  readonly #ofRun
  readonly #remove

  constructor(db: Db) {
    this.#add = db.prepare(`
      INSERT INTO checkpoints (run, path, step, best, created_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (run, path) DO UPDATE SET step = excluded.step, best = excluded.best, created_at = excluded.created_at`)
    this.#unbest = db.prepare('UPDATE checkpoints SET best = 0 WHERE run = ?')
    this.#ofRun = db.prepare<[number], Row>('SELECT * FROM checkpoints WHERE run = ? ORDER BY step DESC, key DESC')
    this.#remove = db.prepare('DELETE FROM checkpoints WHERE run = ? AND path = ?')
  }

  /** A run has one best checkpoint; the same path again is the same checkpoint, rewritten. */
  add(checkpoint: Pick<Checkpoint, 'run' | 'path' | 'step' | 'best'>): void {
    const run = requireKey('run', checkpoint.run)
    if (checkpoint.best) this.#unbest.run(run)
    this.#add.run(run, checkpoint.path, checkpoint.step, checkpoint.best ? 1 : 0, new Date().toISOString())
  }

  /** Newest first. */
  ofRun(run: string): Checkpoint[] {
    return this.#ofRun
      .all(requireKey('run', run))
      .map((row) => ({ id: toId('ck', row.key), run, path: row.path, step: row.step, best: row.best === 1, createdAt: row.created_at }))
  }

  remove(run: string, path: string): void {
    this.#remove.run(requireKey('run', run), path)
  }
}
