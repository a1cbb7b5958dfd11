import type { Calibration, Evaluation, EvaluationProvenance, LabelCurves, Subgroup, ThresholdRow } from '#shared/domain/evaluation.ts'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { bootstrap, type Sampled } from '#main/statistics/bootstrap.ts'
import { confusionAt, curvePoints, thinned } from '#main/statistics/curves.ts'
import { bandsOf, byLabel, estimatesOf } from '#main/statistics/estimates.ts'
import { cellsOf } from '#main/statistics/judged.ts'
import { calibrationMeasure, curveMeasure, rankMeasure } from '#main/statistics/measures.ts'
import { ranking, type Ranking } from '#main/statistics/ranking.ts'
import { binned, reliability } from '#main/statistics/reliability.ts'
import type { Verdict } from './judge.ts'
import { groupsOf, type Group } from './subgroups.ts'

export const BOOTSTRAP = { resamples: 1000, seed: 42, by: 'patient' } as const

export interface FiguresInput {
  verdict: Verdict
  skipped: number
  excluded: number
  thresholds: Record<Label, number>
  calibration: Calibration | null
  provenance: EvaluationProvenance
  /** Called often while the resamples are drawn; throws to stop. */
  pause(done: number): Promise<void>
}

/** Everything said about a model on a part: one bootstrap for all figures, so that each resample is the same patients everywhere. */
export async function figuresOf({ verdict, skipped, excluded, thresholds, calibration, provenance, pause }: FiguresInput): Promise<Evaluation> {
  const { cells } = verdict
  const rankings = cells.map(ranking)
  const raw = cells.map((own) => binned(own))
  const after = calibration && cells.map((own, i) => binned(own, calibration.perLabel[LABELS[i]!].temperature))
  const groups = groupsOf(verdict.films).map((group) => ({ ...group, rankings: LABELS.map((_, label) => ranking(cellsOf(verdict, label, group.members))) }))
  const measures = [rankMeasure(rankings), curveMeasure(rankings), calibrationMeasure(raw), ...(after ? [calibrationMeasure(after)] : []), ...groups.map((group) => rankMeasure(group.rankings))]
  const sampled = await bootstrap(measures, verdict.patientCount, { resamples: BOOTSTRAP.resamples, seed: BOOTSTRAP.seed, pause })
  const [ranks, curves, calibrated] = sampled as [Sampled, Sampled, Sampled]
  const ofGroups = sampled.slice(after ? 4 : 3)
  const rows = byLabel((label): ThresholdRow => ({ threshold: thresholds[LABELS[label]!], confusion: confusionAt(rankings[label]!, thresholds[LABELS[label]!]) }))
  return {
    images: verdict.films.length,
    patients: verdict.patientCount,
    skipped,
    excluded,
    auc: estimatesOf(ranks),
    ap: estimatesOf(ranks, LABELS.length),
    brier: estimatesOf(calibrated, LABELS.length),
    ece: estimatesOf(calibrated),
    eceCalibrated: after ? estimatesOf(sampled[3]!) : null,
    ...accuracies(rankings),
    thresholds: rows,
    curves: byLabel((label) => curvesOf(rankings[label]!, curves, label, thresholds[LABELS[label]!])),
    reliability: byLabel((label) => ({ raw: reliability(raw[label]!), calibrated: after && reliability(after[label]!) })),
    subgroups: groups.map((group, i) => subgroupOf(group, ofGroups[i]!, verdict, thresholds)),
    provenance,
  }
}

/** At .5 over all cells, beside what "no" to everything would reach. */
function accuracies(rankings: readonly Ranking[]): Pick<Evaluation, 'accuracy' | 'allNegativeAccuracy'> {
  const counts = rankings.map((ranks) => confusionAt(ranks, 0.5))
  const sum = (of: (count: (typeof counts)[number]) => number): number => counts.reduce((total, count) => total + of(count), 0)
  const cells = Math.max(1, sum(({ tp, fp, fn, tn }) => tp + fp + fn + tn))
  return { accuracy: sum(({ tp, tn }) => tp + tn) / cells, allNegativeAccuracy: sum(({ fp, tn }) => fp + tn) / cells }
}

function curvesOf(ranks: Ranking, sampled: Sampled, label: number, threshold: number): LabelCurves {
  const points = curvePoints(ranks)
  const { tp: positives, fp: negatives } = points.at(-1) ?? { tp: 0, fp: 0 }
  const bands = bandsOf(sampled, label)
  return { positives, negatives, points: thinned(points, [threshold]), rocBand: bands?.roc ?? null, prBand: bands?.pr ?? null }
}

function subgroupOf({ by, name, members, rankings }: Group & { rankings: Ranking[] }, sampled: Sampled, { patients }: Verdict, thresholds: Record<Label, number>): Subgroup {
  const { macro, ci95, defined, perLabel } = estimatesOf(sampled)
  return {
    by,
    name,
    images: members.length,
    patients: new Set(members.map((film) => patients[film]!)).size,
    auc: { macro, ci95, defined },
    perLabel: byLabel((i) => {
      const confusion = confusionAt(rankings[i]!, thresholds[LABELS[i]!])
      return { auc: perLabel[LABELS[i]!], positives: confusion.tp + confusion.fn, negatives: confusion.fp + confusion.tn, confusion }
    }),
  }
}
