import { extname } from 'node:path'
import type { SplitPart } from '#shared/domain/dataset.ts'
import type { ImageRow } from '#shared/domain/study.ts'
import { derivedUid } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { ChexpertRow } from './row.ts'

/** What the film's own file says of it; null for labels only. */
export interface FilmFile {
  path: string
  bytes: number
  kind: ImageRow['kind']
  rows: number
  columns: number
  frames: number
  lossy: boolean
  transferSyntax: string
}

const SEXES: Record<string, 'M' | 'F' | null> = { male: 'M', m: 'M', female: 'F', f: 'F' }

/** Writes rows of one data set; a row is known by its path, so the same row twice is one row. Call it inside a transaction. */
export class DatasetWriter {
  readonly #store: Store
  readonly #dataset: number
  readonly #name: string
  readonly #now = new Date().toISOString()
  readonly #first: number
  #next: number
  /** The study of the row before: rows of a study mostly follow each other. */
  #last = { study: '', series: 0 }

  constructor(store: Store, dataset: number, name: string) {
    this.#store = store
    this.#dataset = dataset
    this.#name = name
    this.#first = this.#next = store.datasetImages.nextRow(dataset)
  }

  /** How the row stands in the set: with its film's file, without, or not at all; `twice` when this very import has written it. */
  known(path: string): { image: number; file: string | null; twice: boolean } | null {
    const found = this.#store.datasetImages.find(this.#dataset, path)
    return found ? { image: found.image, file: found.file, twice: found.row >= this.#first } : null
  }

  add(row: ChexpertRow, part: SplitPart | null, file: FilmFile | null): void {
    const { path, patient, sex, age, view, labels } = row
    const image = this.#store.images.insert({
      series: this.#seriesOf(row),
      // The content's size tells two sets apart that name their films alike.
      sopUid: derivedUid(file ? `${path} ${file.bytes}` : path),
      number: null,
      path: file?.path ?? null,
      bytes: file?.bytes ?? null,
      kind: file?.kind ?? kindByName(path),
      rows: file?.rows ?? null,
      columns: file?.columns ?? null,
      frames: file?.frames ?? 1,
      view,
      laterality: '',
      lossy: file?.lossy ?? kindByName(path) === 'jpeg',
      transferSyntax: file?.transferSyntax ?? '',
    })
    this.#store.datasetImages.insert({ dataset: this.#dataset, row: this.#next++, image, path, part, patient, sex, age, view, labels })
  }

  /** The film of a row that was imported without it, or from elsewhere. */
  attach(image: number, file: FilmFile): void {
    this.#store.images.attach(image, file)
  }

  #seriesOf(row: ChexpertRow): number {
    if (this.#last.study !== row.study) this.#last = { study: row.study, series: this.#ensureSeries(row) }
    return this.#last.series
  }

  #ensureSeries({ study, patient, sex, age }: ChexpertRow): number {
    const studyUid = derivedUid(study)
    const { patients, studies, series } = this.#store
    const key =
      studies.find(studyUid, this.#dataset) ??
      studies.insert({
        studyUid,
        patient: patients.ensure({ dataset: this.#dataset, patientId: patient, name: '', birthDate: '', sex: SEXES[sex.toLowerCase()] ?? null }),
        dataset: this.#dataset,
        origin: 'dataset',
        date: '',
        time: '',
        accession: '',
        modality: 'OT',
        description: `${this.#name}: ${study.split('/').at(-1)}`,
        age,
        createdAt: this.#now,
      })
    return series.ensure({ study: key, seriesUid: derivedUid(`series ${study}`), number: 1, modality: 'OT', description: '' })
  }
}

function kindByName(path: string): ImageRow['kind'] {
  const extension = extname(path).toLowerCase()
  return extension === '.png' ? 'png' : /^\.jpe?g$/.test(extension) ? 'jpeg' : 'dicom'
}
