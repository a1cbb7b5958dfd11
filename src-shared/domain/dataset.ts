import type { Label, RawLabel } from './labels.ts'
import type { LabelReading } from './labelEdits.ts'
import type { SplitKind } from './run.ts'

export interface DatasetRow {
  id: string
  name: string
  images: number
  patients: number
  studies: number
  /** Images with a positive label under U-Zeros. */
  labelled: number
  /** False for a labels-only import. */
  hasFiles: boolean
  sample: boolean
  createdAt: string
  skipped: number
}

/** Counts of the raw values of one label. */
export interface LabelCount {
  label: Label
  positive: number
  negative: number
  uncertain: number
  blank: number
}

export interface Cooccurrence {
  labels: readonly Label[]
  /** counts[i][j]: images positive for i and for j; the diagonal holds the positives of i. */
  counts: number[][]
}

export interface DatasetStats {
  images: number
  patients: number
  labelled: number
  positives: Record<Label, number>
  cooccurrence: Cooccurrence
}

/** What a label policy makes of a data set; counts are of rows. */
export interface PolicyEffect {
  kept: number
  dropped: number
  /** Of rows that stay: those in which the policy decides the label. */
  changed: Record<Label, number>
  /** Those in which it decides any. */
  rows: number
  /** What the label then is. */
  becomes: Record<Label, { positive: number; negative: number; ignored: number }>
  /** Against another policy: how many rows that one keeps, and those that are read differently, of each label and in all. */
  since?: { kept: number; changed: Record<Label, number>; rows: number }
}

export interface Split {
  id: string
  dataset: string
  kind: SplitKind
  seed: number
  train: number
  val: number
  test: number
  /** Share of test images, 0 to 1, whose patient (study) is also in training. */
  leakage: { patients: number; studies: number }
  createdAt: string
}

export type SplitPart = 'train' | 'val' | 'test'

export interface DatasetImage {
  /** Of the data set's row. */
  id: string
  /** Of the film, for thumbnails and the viewer. */
  image: string
  study: string
  fileName: string
  patient: string
  sex: string
  age: number | null
  view: string
  part: SplitPart | null
  /** In the reading that was asked for. */
  labels: Record<Label, RawLabel>
  /** What people changed, absent where nobody did: of each such label what the source says, and what it is now. */
  edits?: Partial<Record<Label, { raw: RawLabel; value: RawLabel }>>
}

/** Which images of a data set are shown; every condition must hold. */
export interface ImageFilter {
  /** Words that the path or the patient's id contains. */
  search: string
  labels: { label: Label; value: 'positive' | 'negative' | 'uncertain' | 'blank' }[]
  sex?: string | undefined
  ageFrom?: number | undefined
  ageTo?: number | undefined
  view?: string | undefined
  /** Folder that the films come from, where the set has several. */
  source?: string | undefined
  /** Code of what is wrong with the film, '' for nothing, `*` for anything. */
  problem?: string | undefined
  /** Whose parts are meant; without it those of the set's own files. */
  split?: string | undefined
  part?: SplitPart | undefined
  /** Whether somebody changed a label of it. */
  edited?: boolean | undefined
  /** Which labels are meant, asked for and shown; absent: as edited. */
  reading?: LabelReading | undefined
}

export type ImageSort = 'row' | 'patient' | 'age' | 'sex' | 'view'

export interface FacetCount {
  value: string
  images: number
}

/** How many images each choice would leave: a facet is counted under all conditions but its own. */
export interface DatasetFacets {
  /** Images that meet the whole filter. */
  total: number
  labels: LabelCount[]
  sex: FacetCount[]
  view: FacetCount[]
  source: FacetCount[]
  problem: FacetCount[]
  part: Record<SplitPart, number>
  /** Images of which somebody changed a label. */
  edited: number
  /** Of the whole set. */
  age: { min: number | null; max: number | null }
}

export interface SavedFilter {
  name: string
  filter: ImageFilter
}

/** A film of a patient, in the order of studies and then rows. */
export interface PatientFilm {
  /** Of the data set's row. */
  id: string
  image: string
  study: string
  studyName: string
  /** DA, or empty. */
  date: string
  fileName: string
  age: number | null
  view: string
  part: SplitPart | null
  labels: Record<Label, RawLabel>
  edits?: DatasetImage['edits']
}
