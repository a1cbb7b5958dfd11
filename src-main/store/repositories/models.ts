import type { Label } from '#shared/domain/labels.ts'
import type { ModelRow } from '#shared/domain/prediction.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import type { Db } from '../connection.ts'
import { keyOf, newKey, requireKey, toId, unknown } from '../ids.ts'

export interface NewModel extends Omit<ModelRow, 'id' | 'version' | 'isDefault' | 'createdAt'> {
  perLabelAuc: Record<Label, number | null>
  config: RunConfig | null
}

/** A model for the main process; its files lie in `models/<id>/`. */
export interface StoredModel extends ModelRow {
  key: number
  perLabelAuc: Record<Label, number | null>
  config: RunConfig | null
}

interface Row {
  key: number
  name: string
  version: number
  architecture: ModelRow['architecture']
  head: ModelRow['head']
  size: number
  run: number | null
  dataset: number | null
  is_default: number
  sample: number
  weights_hash: string
  auc: number | null
  accuracy: number | null
  per_label_auc: string
  thresholds: string
  config: string | null
  created_at: string
}

export class ModelsRepository {
  readonly #db
  readonly #insert
  readonly #byKey
  readonly #byName
  readonly #byRun
  readonly #default
  readonly #list
  readonly #lastVersion
  readonly #unsetDefault
  readonly #setDefault
  readonly #rename
  readonly #remove

  constructor(db: Db) {
    this.#db = db
    this.#insert = db.prepare(`
      INSERT INTO models (key, name, version, architecture, head, size, run, dataset, sample, weights_hash, auc, accuracy, per_label_auc, thresholds, config, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#byKey = db.prepare<[number], Row>('SELECT * FROM models WHERE key = ?')
    this.#byName = db.prepare<[string], Row>('SELECT * FROM models WHERE name = ? ORDER BY version DESC LIMIT 1')
    this.#byRun = db.prepare<[number], Row>('SELECT * FROM models WHERE run = ? ORDER BY version DESC LIMIT 1')
    this.#default = db.prepare<[], Row>('SELECT * FROM models ORDER BY is_default DESC, created_at DESC, version DESC LIMIT 1')
    this.#list = db.prepare<[], Row>('SELECT * FROM models ORDER BY created_at DESC, version DESC')
    this.#lastVersion = db.prepare<[string], number>('SELECT coalesce(max(version), 0) FROM models WHERE name = ?').pluck()
    this.#unsetDefault = db.prepare('UPDATE models SET is_default = 0 WHERE is_default = 1')
    this.#setDefault = db.prepare('UPDATE models SET is_default = 1 WHERE key = ?')
    this.#rename = db.prepare('UPDATE models SET name = ?, version = ? WHERE key = ?')
    this.#remove = db.prepare('DELETE FROM models WHERE key = ?')
  }

  /** An id for a model about to be written, so that its folder can be filled before its row exists. */
  newId(): string {
    return toId('mo', newKey())
  }

  /** The first model becomes the default; a name already there gets the next version. */
  create(id: string, model: NewModel): StoredModel {
    const { name, architecture, head, size, run, dataset, sample, weightsHash, auc, accuracy, perLabelAuc, thresholds, config } = model
    const key = requireKey('mo', id)
    const keys = [run === null ? null : requireKey('run', run), dataset === null ? null : requireKey('ds', dataset)]
    this.#db
      .transaction(() => {
        const first = this.#default.get() === undefined
        const version = (this.#lastVersion.get(name) ?? 0) + 1
        const json = [JSON.stringify(perLabelAuc), JSON.stringify(thresholds), config && JSON.stringify(config)]
        this.#insert.run(key, name, version, architecture, head, size, ...keys, sample ? 1 : 0, weightsHash, auc, accuracy, ...json, new Date().toISOString())
        if (first) this.#setDefault.run(key)
      })
      .immediate()
    return this.get(id)
  }

  /** @param id or name (its newest version). @throws NOT_FOUND */
  get(id: string): StoredModel {
    const key = keyOf('mo', id)
    const row = (key === null ? undefined : this.#byKey.get(key)) ?? this.#byName.get(id)
    return row ? toModel(row) : unknown('mo', id)
  }

  ofRun(run: string): StoredModel | null {
    const row = this.#byRun.get(requireKey('run', run))
    return row ? toModel(row) : null
  }

  /** The one set as default, else the newest. @throws NO_MODEL */
  default(): StoredModel {
    const row = this.#default.get()
    if (row) return toModel(row)
    throw new CodedError('NO_MODEL', 'There is no model yet.', { remedy: 'Train one on a data set, or import one.' })
  }

  /** Newest first. */
  list(): StoredModel[] {
    return this.#list.all().map(toModel)
  }

  setDefault(id: string): StoredModel {
    const { key } = this.get(id)
    this.#db
      .transaction(() => {
        this.#unsetDefault.run()
        this.#setDefault.run(key)
      })
      .immediate()
    return this.get(id)
  }

  rename(id: string, name: string): StoredModel {
    const model = this.get(id)
    if (model.name !== name) this.#rename.run(name, (this.#lastVersion.get(name) ?? 0) + 1, model.key)
    return this.get(model.id)
  }

  /** With its predictions; the files are the caller's. */
  remove(id: string): boolean {
    return this.#remove.run(requireKey('mo', id)).changes > 0
  }
}

function toModel(row: Row): StoredModel {
  return {
    key: row.key,
    perLabelAuc: JSON.parse(row.per_label_auc) as Record<Label, number | null>,
    config: row.config ? (JSON.parse(row.config) as RunConfig) : null,
    id: toId('mo', row.key),
    name: row.name,
    version: row.version,
    architecture: row.architecture,
    head: row.head,
    size: row.size,
    run: row.run === null ? null : toId('run', row.run),
    dataset: row.dataset === null ? null : toId('ds', row.dataset),
    isDefault: row.is_default === 1,
    sample: row.sample === 1,
    createdAt: row.created_at,
    weightsHash: row.weights_hash,
    auc: row.auc,
    accuracy: row.accuracy,
    thresholds: JSON.parse(row.thresholds) as Record<Label, number>,
  }
}

/** What a list shows. */
export function publicModel({ key: _key, perLabelAuc: _auc, config: _config, ...model }: StoredModel): ModelRow {
  return model
}
