import type { Label } from './labels.ts'

/** `uncertain`: looked at, and neither. */
export type Decision = 'accepted' | 'rejected' | 'uncertain' | 'undecided'

/** The reader's word on one label, kept beside the model's, never over it. */
export interface Finding {
  label: Label
  decision: Decision
  note: string
}

/** An image to print, with the label whose heat map lies over it (null: plain film), and those whose contours do. */
export interface KeyImageChoice {
  image: string
  label: Label | null
  contours?: Label[] | undefined
}

export interface Report {
  id: string
  study: string
  version: number
  findings: Finding[]
  text: string
  impression: string
  keyImages: KeyImageChoice[]
  prediction: string | null
  /** Who stands behind this version, and since when; null while it is open. A signed version never changes. */
  signedBy: string | null
  signedAt: string | null
  /** The signed version that this one adds to or corrects. */
  addendumTo: number | null
  createdAt: string
  updatedAt: string
}

/** Files that a report can be written as, with how their names end. */
export const REPORT_FORMATS = {
  pdf: 'pdf',
  csv: 'csv',
  json: 'json',
  /** DICOM Comprehensive SR. */
  sr: 'sr.dcm',
  /** DICOM Secondary Capture of the first key image under its heat map. */
  sc: 'sc.dcm',
  /** Bundle of FHIR R4. */
  fhir: 'fhir.json',
} as const

export type ReportFormat = keyof typeof REPORT_FORMATS

/** Printed on every export. */
export const NOT_FOR_DIAGNOSTIC_USE = 'Not for diagnostic use'

/** What every export says of where it came from. */
export interface Provenance {
  app: string
  version: string
  model: string | null
  weightsHash: string | null
  dataset: string | null
  split: string | null
  policy: string | null
  thresholds: Partial<Record<Label, number>>
  exportedAt: string
}
