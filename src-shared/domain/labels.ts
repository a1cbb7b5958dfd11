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
  /** Labels that are read in a way of their own; what is left out is as above. */
  labels?: Partial<Record<Label, { uncertain?: LabelPolicy | undefined; blank?: LabelPolicy | undefined }>> | undefined
}

/** What becomes of the open values of one label. */
export type LabelRule = Pick<Policy, 'uncertain' | 'blank'>

export const PAPER_POLICY: Policy = { uncertain: 'zeros', blank: 'zeros', dropWithoutPositive: true }

/** Training target that masks the cell. */
export const IGNORED = 255

export function ruleOf({ uncertain, blank, labels }: Pick<Policy, 'uncertain' | 'blank' | 'labels'>, label: Label): LabelRule {
  const own = labels?.[label]
  return { uncertain: own?.uncertain ?? uncertain, blank: own?.blank ?? blank }
}

/** The same policy said in one way only: without rules of labels that are those of all. */
export function plainPolicy({ uncertain, blank, dropWithoutPositive, labels }: Policy): Policy {
  const own = LABELS.flatMap((label) => {
    const rule = Object.entries({ uncertain, blank }).flatMap(([kind, all]) => {
      const said = labels?.[label]?.[kind as keyof LabelRule]
      return said === undefined || said === all ? [] : [[kind, said]]
    })
    return rule.length ? [[label, Object.fromEntries(rule)]] : []
  })
  return { uncertain, blank, dropWithoutPositive, ...(own.length && { labels: Object.fromEntries(own) as NonNullable<Policy['labels']> }) }
}

/** Training target of a value of a label: 0, 1 or `IGNORED`. */
export function target(raw: RawLabel, policy: Policy, label: Label): 0 | 1 | typeof IGNORED {
  if (raw === 0 || raw === 1) return raw
  const own = ruleOf(policy, label)
  const rule = raw === null ? own.blank : own.uncertain
  return rule === 'ignore' ? IGNORED : rule === 'ones' ? 1 : 0
}
