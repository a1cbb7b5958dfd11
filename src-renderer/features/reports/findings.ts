import { LABELS, type Label } from '../../../src-shared/domain/labels.ts'
import type { Prediction } from '../../../src-shared/domain/prediction.ts'
import type { Decision, Finding, Report } from '../../../src-shared/domain/report.ts'

/** One line of the findings table: the model's number beside the reader's word. */
export interface FindingLine extends Finding {
  /** Null without a prediction. */
  probability: number | null
  over: boolean
}

/** All 14 labels in their order, whatever the report says of them. */
export function findingLines(report: Pick<Report, 'findings'>, prediction: Pick<Prediction, 'scores'> | null): FindingLine[] {
  return LABELS.map((label) => {
    const said = report.findings.find((finding) => finding.label === label)
    const score = prediction?.scores.find((entry) => entry.label === label)
    return { label, decision: said?.decision ?? 'undecided', note: said?.note ?? '', probability: score?.raw ?? null, over: score !== undefined && score.raw >= score.threshold }
  })
}

/** The report's findings with one changed; the others keep their place. */
export function withFinding(findings: readonly Finding[], label: Label, part: { decision?: Decision; note?: string }): Finding[] {
  const before = findings.find((finding) => finding.label === label)
  const next: Finding = { label, decision: before?.decision ?? 'undecided', note: before?.note ?? '', ...part }
  return before ? findings.map((finding) => (finding === before ? next : finding)) : [...findings, next]
}

/** What `reports.save` takes; two reports with the same answer need no saving. */
export function editOf({ study, findings, text, impression, keyImages }: Report): Pick<Report, 'study' | 'findings' | 'text' | 'impression' | 'keyImages'> {
  return { study, findings, text, impression, keyImages }
}
