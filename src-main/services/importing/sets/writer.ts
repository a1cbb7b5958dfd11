import { hash } from 'node:crypto'
import { extname } from 'node:path'
import type { ImageRow } from '#shared/domain/study.ts'
import { derivedUid } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { SetRow } from '../layouts/layout.ts'
import { MaybeSeen } from './maybeSeen.ts'

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
  #next: number
  /** Row that the import adds first. */
  readonly #first: number
  /** Of the rows before that, whether this import has met them: a byte each. */
  readonly #met: Uint8Array
  /** Of a set that was empty when the import began all paths and studies, so that the database need not be asked for each. */
  readonly #paths = new MaybeSeen()
  readonly #studies = new MaybeSeen()
  /** Study and patient of the row before: rows of a study, and studies of a patient, mostly follow each other. */
  #last = { study: '', series: 0 }
  #person = { id: '', key: 0 }

  constructor(store: Store, dataset: number) {
    this.#store = store
    this.#dataset = dataset
    this.#next = store.datasetImages.nextRow(dataset)
    this.#first = this.#next
    this.#met = new Uint8Array(this.#first)
  }

  get #fresh(): boolean {
    return this.#first === 0
  }

  /** The film of a row that is in already; `twice` when this very import has met the row before. */
  known(path: string): { image: number; twice: boolean } | null {
    if (this.#fresh && !this.#paths.has(path)) return null
    const found = this.#store.datasetImages.find(this.#dataset, path)
    if (!found) return null
    const twice = found.row >= this.#first || this.#met[found.row] === 1
    if (!twice) this.#met[found.row] = 1
    return { image: found.image, twice }
  }

  add(row: SetRow, file: FilmFile | null): void {
    const { path, part, patient, sex, age, view, labels } = row
    this.#paths.add(path)
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

  #seriesOf(row: SetRow): number {
    if (this.#last.study !== row.study) this.#last = { study: row.study, series: this.#ensureSeries(row) }
    return this.#last.series
  }

  #ensureSeries(row: SetRow): number {
    const { studies, series } = this.#store
    const patient = this.#patientOf(row)
    const { studyUid, seriesUid } = uidsOf(row.study)
    const known = this.#fresh && !this.#studies.has(row.study) ? undefined : studies.findOfPatient(patient, studyUid)
    if (this.#fresh) this.#studies.add(row.study)
    const wanted = { seriesUid, number: 1, modality: 'OT', description: '' }
    if (known !== undefined) return series.ensure({ ...wanted, study: known })
    const study = studies.insert({
      ...{ studyUid, patient, dataset: this.#dataset, origin: 'dataset' as const, age: row.age },
      ...{ date: '', time: '', accession: '', modality: 'OT', description: row.study.slice(row.study.lastIndexOf('/') + 1) },
    })
    return series.insert({ ...wanted, study })
  }

  #patientOf({ patient, sex }: SetRow): number {
    if (this.#person.id !== patient) {
      const key = this.#store.patients.ensure({ dataset: this.#dataset, patientId: patient, name: '', birthDate: '', sex: SEXES[sex.toLowerCase()] ?? null })
      this.#person = { id: patient, key }
    }
    return this.#person.key
  }
}

/** As `derivedUid`, from both halves of one hash. */
function uidsOf(study: string): { studyUid: string; seriesUid: string } {
  const digits = hash('sha256', study)
  const uid = (from: number): string => `2.25.${BigInt(`0x${digits.slice(from, from + 32)}`)}`
  return { studyUid: uid(0), seriesUid: uid(32) }
}

function kindByName(path: string): ImageRow['kind'] {
  const extension = extname(path).toLowerCase()
  if (/^\.tiff?$/.test(extension)) return 'tiff'
  return extension === '.png' ? 'png' : /^\.jpe?g$/.test(extension) ? 'jpeg' : 'dicom'
}
