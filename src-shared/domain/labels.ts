/** The 14 observations of CheXpert, in the order used everywhere (paper, section 3). CSV columns are joined by name, never by position. */
export const LABELS = [
  'Atelectasis',
  'Cardiomegaly',
  'Consolidation',
  'Edema',
  'Enlarged Cardiomediastinum',
  'Fracture',
  'Lung Lesion',
  'Lung Opacity',
  'No Finding',
  'Pleural Effusion',
  'Pleural Other',
  'Pneumonia',
  'Pneumothorax',
  'Support Devices',
] as const

export type Label = (typeof LABELS)[number]

/** The order of the columns of CheXpert's label files, and so of the outputs of many networks trained on it. */
export const CHEXPERT_ORDER: readonly Label[] = [
  'No Finding', 'Enlarged Cardiomediastinum', 'Cardiomegaly', 'Lung Opacity', 'Lung Lesion', 'Edema', 'Consolidation', 'Pneumonia', 'Atelectasis', 'Pneumothorax',
  'Pleural Effusion', 'Pleural Other', 'Fracture', 'Support Devices',
]

/** Raw value of one label of one image, as its source says it. */
export type RawLabel = 1 | 0 | -1 | null

/** What a run is told to make of a raw value: `ignore` masks the cell in loss and metrics. */
export type LabelPolicy = 'zeros' | 'ones' | 'ignore'

export interface Policy {
  /** For -1. The paper: zeros (U-Zeros). */
  uncertain: LabelPolicy
  /** For "not mentioned". The paper: zeros. */
  blank: LabelPolicy
  /** Drop rows without any positive label ("No Finding" counts as one). The paper: true. */
  dropWithoutPositive: boolean
}

export const PAPER_POLICY: Policy = { uncertain: 'zeros', blank: 'zeros', dropWithoutPositive: true }

/** Training target that masks the cell. */
export const IGNORED = 255

/** Training target of a raw value: 0, 1 or `IGNORED`. */
export function target(raw: RawLabel, policy: Policy): 0 | 1 | typeof IGNORED {
  if (raw === 0 || raw === 1) return raw
  const rule = raw === null ? policy.blank : policy.uncertain
  return rule === 'ignore' ? IGNORED : rule === 'ones' ? 1 : 0
}
