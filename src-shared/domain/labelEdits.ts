import type { Label, RawLabel } from './labels.ts'

/** Labels as their source says them, or with what people changed. */
export type LabelReading = 'raw' | 'edited'

/** The value that each of some labels is to have. */
export type LabelValues = Partial<Record<Label, RawLabel>>

/** What somebody did at once, to one image or to many. */
export interface LabelChange {
  id: string
  at: string
  /** Who. */
  editor: string
  why: string
  /** The value that each label got; empty where they got several, as when a change is taken back. */
  asked: LabelValues
  /** Id of the change that this one takes back. */
  undoes: string | null
  /** Taken back since. */
  undone: boolean
  images: number
  /** Labels of images that it changed. */
  cells: number
}

/** A change as one image saw it. */
export interface ImageLabelChange extends LabelChange {
  edits: { label: Label; was: RawLabel; value: RawLabel }[]
}

/** What an edit would do. */
export interface EditPreview {
  /** Images that are meant. */
  images: number
  /** Of each label, the images whose value would change. */
  changed: Partial<Record<Label, number>>
  cells: number
}

/** The labels that a run learned from. */
export interface RunLabels {
  /** sha256 over the values of all rows, before the policy. */
  hash: string
  /** Labels, and images, that differ from the source's. */
  cells: number
  images: number
}
