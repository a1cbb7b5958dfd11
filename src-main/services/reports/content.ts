import type { Label } from '#shared/domain/labels.ts'
import type { ModelRow } from '#shared/domain/prediction.ts'
import type { Decision, Provenance } from '#shared/domain/report.ts'
import type { FilmReference } from './film-references.ts'

/** One line of the findings table: the model's number beside the reader's word. */
export interface FindingRow {
  label: Label
  /** Sigmoid of the logit; null when the report has no prediction. */
  probability: number | null
  /** After temperature scaling; null while the model is not calibrated. */
  calibrated: number | null
  threshold: number | null
  decision: Decision
  note: string
}

export interface KeyImage {
  /** PNG or JPEG; null when the film cannot be shown, which the caption then says. */
  picture: Uint8Array | null
  /** What the picture shows; the heat map's label is part of it. */
  caption: string
}

/** Everything that a report says, gathered before any file is opened: every export is a pure function of it. */
export interface ReportContent {
  report: { id: string; version: number; createdAt: string; updatedAt: string; signedBy: string | null; signedAt: string | null; addendumTo: number | null; text: string; impression: string }
  patient: { name: string; id: string; sex: string; age: number | null }
  study: { uid: string; date: string; modality: string; description: string }
  findings: FindingRow[]
  /** Films that the report speaks of: the one that was predicted first, then those of the key images; none twice. */
  films: FilmReference[]
  /** Film by its SOP Instance UID, and the label whose map lies over it. */
  keyImages: { film: string; label: Label | null }[]
  /** `gate`: what had spoken against asking the model about this film. */
  prediction: { id: string; createdAt: string; film: string; gate: string[] } | null
  model: Pick<ModelRow, 'name' | 'version' | 'architecture' | 'head' | 'size'> | null
  provenance: Provenance
}

/** What goes on paper: with the pictures. */
export interface PrintedContent extends Omit<ReportContent, 'keyImages'> {
  keyImages: KeyImage[]
}

/** At or above the threshold, which is how thresholds are chosen (TPR and FPR count `score >= threshold`). */
export function isPositive({ probability, threshold }: Pick<FindingRow, 'probability' | 'threshold'>): boolean {
  return probability !== null && threshold !== null && probability >= threshold
}

/** Who signed and when, in words; null while nobody has. */
export function signature({ signedBy, signedAt }: ReportContent['report']): string | null {
  return signedBy && signedAt ? `Signed by ${signedBy}, ${signedAt.slice(0, 16).replace('T', ' ')} UTC` : null
}

/** DICOM date `YYYYMMDD` as ISO 8601; anything else as it is. */
export function isoDate(da: string): string {
  return /^\d{8}$/.test(da) ? `${da.slice(0, 4)}-${da.slice(4, 6)}-${da.slice(6)}` : da
}
