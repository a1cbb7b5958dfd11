import type { GateReason } from '#shared/domain/gate.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { ModelName } from '#shared/domain/run.ts'
import { cellShift } from '#shared/overlay/alignment.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId, unknown } from '../ids.ts'
import { toBlob, toFloat32, toVector } from '../vectors.ts'

/** Class activation maps of all labels, `[14, height, width]`. */
export interface ActivationMaps {
  height: number
  width: number
  data: Float32Array
  /** How the maps lie on the film (`CoarseMap`). */
  shift: number
}

export interface NewPrediction {
  /** Ids. */
  image: string
  model: string
  /** 14 each, in the order of `LABELS`. A finding is a label whose raw score reaches its threshold. */
  raw: Float64Array
  calibrated: Float64Array | null
  /** Id of the calibration that made them. */
  calibration?: string | null
  thresholds: Float64Array
  maps: Omit<ActivationMaps, 'shift'> | null
  /** Reasons of the input gate that were overruled. */
  gate?: GateReason[]
}

interface MapsRow {
  height: number
  width: number
  data: Buffer
  architecture: ModelName
}

interface Row {
  key: number
  image: number
  model: number
  name: string
  version: number
  raw: Buffer
  calibrated: Buffer | null
  calibration: number | null
  thresholds: Buffer
  created_at: string
  gate: string
}

const SELECT = 'SELECT p.*, m.name, m.version FROM predictions p JOIN models m ON m.key = p.model'

export class PredictionsRepository {
  readonly #db
  readonly #insert
  readonly #insertMaps
  readonly #predicted
  readonly #byKey
  readonly #ofImage
  readonly #ofStudy
  readonly #maps

  constructor(db: Db) {
    this.#db = db
    this.#insert = db.prepare('INSERT INTO predictions (image, model, raw, calibrated, calibration, thresholds, gate, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#insertMaps = db.prepare('INSERT INTO activation_maps (prediction, height, width, data) VALUES (?, ?, ?, ?)')
    this.#predicted = db.prepare(`
      UPDATE studies SET status = 'predicted'
      WHERE status = 'new' AND key = (SELECT s.study FROM images i JOIN series s ON s.key = i.series WHERE i.key = ?)`)
    this.#byKey = db.prepare<[number], Row>(`${SELECT} WHERE p.key = ?`)
    this.#ofImage = db.prepare<[number], Row>(`${SELECT} WHERE p.image = ? ORDER BY p.key DESC`)
    this.#ofStudy = db.prepare<[number], Row>(
      `${SELECT} WHERE p.image IN (SELECT i.key FROM series s JOIN images i ON i.series = s.key WHERE s.study = ?) ORDER BY p.key DESC`,
    )
    this.#maps = db.prepare<[number], MapsRow>(`
      SELECT a.height, a.width, a.data, m.architecture FROM activation_maps a
      JOIN predictions p ON p.key = a.prediction JOIN models m ON m.key = p.model
      WHERE a.prediction = ?`)
  }

  /** All or none; a study whose image is predicted is no longer new. Ids in the order given. */
  add(predictions: readonly NewPrediction[]): string[] {
    const now = new Date().toISOString()
    return this.#db
      .transaction(() =>
        predictions.map(({ image, model, raw, calibrated, calibration = null, thresholds, maps, gate = [] }) => {
          const imageKey = requireKey('im', image)
          const blobs = [toBlob(raw), calibrated && toBlob(calibrated), calibration && requireKey('ca', calibration), toBlob(thresholds), JSON.stringify(gate)]
          const key = Number(this.#insert.run(imageKey, requireKey('mo', model), ...blobs, now).lastInsertRowid)
          if (maps) this.#insertMaps.run(key, maps.height, maps.width, toBlob(maps.data))
          this.#predicted.run(imageKey)
          return toId('pr', key)
        }),
      )
      .immediate()
  }

  /** @throws NOT_FOUND */
  get(id: string): Prediction {
    const row = this.#byKey.get(requireKey('pr', id))
    return row ? toPrediction(row) : unknown('pr', id)
  }

  /** Newest first. */
  ofImage(image: string): Prediction[] {
    return this.#ofImage.all(requireKey('im', image)).map(toPrediction)
  }

  /** Of all images of the study, newest first. */
  ofStudy(study: string): Prediction[] {
    return this.#ofStudy.all(requireKey('st', study)).map(toPrediction)
  }

  /** Null when the prediction was stored without. */
  maps(id: string): ActivationMaps | null {
    const row = this.#maps.get(requireKey('pr', id))
    return row ? { height: row.height, width: row.width, shift: cellShift(row.architecture), data: toFloat32(row.data) } : null
  }
}

function toPrediction(row: Row): Prediction {
  const raw = toVector(row.raw)
  const calibrated = row.calibrated && toVector(row.calibrated)
  const thresholds = toVector(row.thresholds)
  return {
    id: toId('pr', row.key),
    image: toId('im', row.image),
    model: toId('mo', row.model),
    modelName: row.name,
    modelVersion: row.version,
    calibration: row.calibration === null ? null : toId('ca', row.calibration),
    createdAt: row.created_at,
    gate: JSON.parse(row.gate) as GateReason[],
    scores: LABELS.map((label, i) => ({ label, raw: raw[i]!, calibrated: calibrated?.[i] ?? null, threshold: thresholds[i]! })),
  }
}
