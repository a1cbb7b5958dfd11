import { IGNORED, LABELS } from '#shared/domain/labels.ts'
import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import { sigmoid } from '#shared/statistics/probability.ts'
import { csvCell } from '../../reports/report-csv.ts'
import type { Judgement } from '../evaluations.ts'

type Cell = string | number | null

/** Names of the three columns of a label. */
const columnsOf = (label: string): string[] => [`${label} target`, `${label} raw`, `${label} calibrated`]

/** A row for each film: who it is of, and for each label its target (blank where the policy ignores it) and probabilities; UTF-8 with a byte order mark. */
export function predictionsCsv({ part: { model, dataset, part }, verdict: { films, logits, targets }, calibration }: Judgement): string {
  const head = ['film', 'patient', 'sex', 'age', 'view', ...LABELS.flatMap(columnsOf), 'model', 'weights_sha256', 'calibration', 'dataset', 'part', 'notice']
  const origin = [model.name, model.weightsHash, calibration?.version ?? null, dataset.name, part, NOT_FOR_DIAGNOSTIC_USE]
  const rows = films.map(({ named, patient, sex, age, view }, film): Cell[] => [
    named, patient, sex, age, view,
    ...LABELS.flatMap((label, i): Cell[] => {
      const [logit, target] = [logits[film * LABELS.length + i]!, targets[film * LABELS.length + i]!]
      return [target === IGNORED ? null : target, sigmoid(logit), calibration && sigmoid(logit / calibration.perLabel[label].temperature)]
    }),
    ...origin,
  ])
  return '\ufeff' + [head, ...rows].map((row) => row.map(csvCell).join(',') + '\r\n').join('')
}
