import type { SplitPart } from '#shared/domain/dataset.ts'
import type { LabelReading } from '#shared/domain/labelEdits.ts'
import type { Label, RawLabel } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { LABEL_COLUMNS } from '../labelColumns.ts'
import { EDITED_MASKS, EDITS_JOIN, SOURCE_MASKS, labelsOf } from '../labelMasks.ts'
import type { Masks } from '../labelMasks.ts'

/** A row as a label file would say it. */
export interface ExportRow {
  row: number
  /** As the set's label file spells it. */
  path: string
  patient: string
  study: string
  sex: string
  age: number | null
  view: string
  part: SplitPart | null
  labels: Record<Label, RawLabel>
}

type Row = Omit<ExportRow, 'labels'> & Masks & { rawPositive: number; rawNegative: number; rawUncertain: number }

/** Keys of a row's film and of all that it hangs on. */
interface Chain {
  path: string
  image: number
  series: number
  study: number
  patient: number
}

/** Rows of a data set written elsewhere: as text, or as rows of another set. */
export class DatasetCopiesRepository {
  readonly #rows
  readonly #chain
  readonly #copyPatient
  readonly #copyStudy
  readonly #copySeries
  readonly #copyImage
  readonly #copyRow
  readonly #copyLabels

  constructor(db: Db) {
    const labels = LABEL_COLUMNS.join(', ')
    this.#rows = db.prepare<[string], Row>(`
      SELECT d.row, d.path, d.patient, st.description AS study, d.sex, d.age, d.view, d.part, ${EDITED_MASKS}, ${SOURCE_MASKS}
      FROM json_each(?) j JOIN dataset_images d ON d.key = j.value JOIN labels l ON l.key = d.key ${EDITS_JOIN}
      JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series JOIN studies st ON st.key = s.study ORDER BY j.key`)
    this.#chain = db.prepare<[number], Chain>(`
      SELECT d.path, d.image, i.series, s.study, st.patient FROM dataset_images d JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series JOIN studies st ON st.key = s.study WHERE d.key = ?`)
    this.#copyPatient = db.prepare('INSERT INTO patients (dataset, patient_id, name, birth_date, sex) SELECT ?, patient_id, name, birth_date, sex FROM patients WHERE key = ?')
    this.#copyStudy = db.prepare(`
      INSERT INTO studies (study_uid, patient, dataset, origin, date, time, accession, modality, description, age)
      SELECT study_uid, ?, ?, origin, date, time, accession, modality, description, age FROM studies WHERE key = ?`)
    this.#copySeries = db.prepare('INSERT INTO series (study, series_uid, number, modality, description) SELECT ?, series_uid, number, modality, description FROM series WHERE key = ?')
    const film = 'sop_uid, number, path, bytes, kind, rows, columns, frames, view, laterality, lossy, transfer_syntax, problem_code, problem_message'
    this.#copyImage = db.prepare(`INSERT INTO images (series, ${film}) SELECT ?, ${film} FROM images WHERE key = ?`)
    this.#copyRow = db.prepare('INSERT INTO dataset_images (dataset, row, image, path, part, patient, sex, age, view) SELECT ?, ?, ?, path, part, patient, sex, age, view FROM dataset_images WHERE key = ?')
    this.#copyLabels = db.prepare(`INSERT INTO labels (key, dataset, ${labels}) SELECT ?, ?, ${labels} FROM labels WHERE key = ?`)
  }

  /** Rows by their keys, in that order. */
  rows(keys: readonly number[], reading: LabelReading = 'edited'): ExportRow[] {
    return this.#rows.all(JSON.stringify(keys)).map(({ positive, negative, uncertain, rawPositive, rawNegative, rawUncertain, ...row }) => ({
      ...row,
      labels: labelsOf(reading === 'raw' ? { positive: rawPositive, negative: rawNegative, uncertain: rawUncertain } : { positive, negative, uncertain }),
    }))
  }

  /** What a row hangs on; undefined when it is gone. */
  chain(key: number): Chain | undefined {
    return this.#chain.get(key)
  }

  patient(from: number, dataset: number): number {
    return Number(this.#copyPatient.run(dataset, from).lastInsertRowid)
  }

  study(from: number, patient: number, dataset: number): number {
    return Number(this.#copyStudy.run(patient, dataset, from).lastInsertRowid)
  }

  series(from: number, study: number): number {
    return Number(this.#copySeries.run(study, from).lastInsertRowid)
  }

  /** The film, the row and the labels that its source gave it. @param from key of the row, @param image key of its film. @returns key of the new row */
  row(from: number, image: number, to: { dataset: number; row: number; series: number }): number {
    const film = this.#copyImage.run(to.series, image).lastInsertRowid
    const key = Number(this.#copyRow.run(to.dataset, to.row, film, from).lastInsertRowid)
    this.#copyLabels.run(key, to.dataset, from)
    return key
  }
}
