import type { Label, RawLabel } from './labels.ts'
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
  labels: Record<Label, RawLabel>
}
