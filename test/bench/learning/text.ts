/** The reports of this folder for people. */
import type { FoldsReport, Interval } from './folds.ts'
import type { StepsReport } from './steps.ts'

export function stepsText({ ours, torch, threads, difference, torchItself, worst, holds, rates }: StepsReport): string {
  const first = torch[threads]!
  const percent = (share: number): string => `${(100 * share).toFixed(5)} %`
  const rows = ours.map((loss, i) => `${String(i + 1).padStart(4)}  ${loss.toFixed(6)}  ${first[i]!.toFixed(6)}  ${percent(difference[i]!).padStart(10)}  ${percent(torchItself[i]!).padStart(10)}`)
  return [
    'step  ours      torch      difference  torch itself', ...rows, '',
    `greatest difference ${percent(worst.ours)}; torch from itself with ${Object.keys(torch).join(', ')} threads ${percent(worst.torch)}; rates ${rates.toExponential(1)}`,
    holds ? 'In every step no more than torch differs from itself, plus 1 %.' : 'NOT within what torch differs from itself, plus 1 %.', '',
  ].join('\n')
}

export function foldsText({ ours, torch, difference, labels, done, wanted, perSeed }: FoldsReport): string {
  const lines = [`${done} of ${wanted} trainings done`]
  if (ours && torch && difference) {
    lines.push(
      `macro AUC over ${labels} labels, all folds pooled, mean of ${perSeed.ours.length} seeds (95 % by bootstrap of patients)`,
      `ours   ${intervalText(ours)}   by seed ${perSeed.ours.map((auc) => auc.toFixed(3)).join(' ')}`,
      `torch  ${intervalText(torch)}   by seed ${perSeed.torch.map((auc) => auc.toFixed(3)).join(' ')}`,
      `ours - torch  ${intervalText(difference)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

const intervalText = ({ value, low, high }: Interval): string => `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`
