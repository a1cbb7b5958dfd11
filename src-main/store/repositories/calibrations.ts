import type { Calibration } from '#shared/domain/evaluation.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId, unknown } from '../ids.ts'

export type NewCalibration = Omit<Calibration, 'id' | 'version' | 'createdAt'>

interface Row {
  key: number
  model: number
  version: number
  dataset_name: string
  part: Calibration['part']
  images: number
  temperature: number
  ece: string
  per_label: string
  created_at: string
}

/** Calibrations of models: versions that never change. */
export class CalibrationsRepository {
  readonly #db
  readonly #insert
  readonly #byKey
  readonly #ofModel
  readonly #setThresholds

  constructor(db: Db) {
    this.#db = db
    this.#insert = db.prepare(`
      INSERT INTO calibrations (model, version, dataset_name, part, images, temperature, ece, per_label, created_at)
      VALUES (@model, (SELECT coalesce(max(version), 0) + 1 FROM calibrations WHERE model = @model), @dataset, @part, @images, @temperature, @ece, @perLabel, @now)`)
    this.#byKey = db.prepare<[number], Row>('SELECT * FROM calibrations WHERE key = ?')
    this.#ofModel = db.prepare<[number], Row>('SELECT * FROM calibrations WHERE model = ? ORDER BY version DESC')
    this.#setThresholds = db.prepare('UPDATE models SET thresholds = ? WHERE key = ?')
  }

  /** A next version, whose thresholds become those of the model. */
  create({ model, datasetName, part, images, temperature, ece, perLabel }: NewCalibration): Calibration {
    const owner = requireKey('mo', model)
    const thresholds = Object.fromEntries(Object.entries(perLabel).map(([label, { threshold }]) => [label, threshold]))
    const values = { model: owner, dataset: datasetName, part, images, temperature, ece: JSON.stringify(ece), perLabel: JSON.stringify(perLabel), now: new Date().toISOString() }
    const key = this.#db
      .transaction(() => {
        this.#setThresholds.run(JSON.stringify(thresholds), owner)
        return Number(this.#insert.run(values).lastInsertRowid)
      })
      .immediate()
    return this.get(toId('ca', key))
  }

  /** @throws NOT_FOUND */
  get(id: string): Calibration {
    const row = this.#byKey.get(requireKey('ca', id))
    return row ? toCalibration(row) : unknown('ca', id)
  }

  /** Newest first. */
  ofModel(model: string): Calibration[] {
    return this.#ofModel.all(requireKey('mo', model)).map(toCalibration)
  }

  /** The one that serves; null while the model is not calibrated. */
  newest(model: string): Calibration | null {
    return this.ofModel(model)[0] ?? null
  }
}

function toCalibration(row: Row): Calibration {
  return {
    id: toId('ca', row.key),
    model: toId('mo', row.model),
    version: row.version,
    datasetName: row.dataset_name,
    part: row.part,
    images: row.images,
    temperature: row.temperature,
    ece: JSON.parse(row.ece) as Calibration['ece'],
    perLabel: JSON.parse(row.per_label) as Calibration['perLabel'],
    createdAt: row.created_at,
  }
}
