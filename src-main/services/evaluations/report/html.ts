import type { Estimate, Evaluation, Subgroup } from '#shared/domain/evaluation.ts'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import { performanceOf, type Interval, type Share } from '#shared/statistics/intervals.ts'
import { chartsOf } from './charts.ts'
import { STYLE } from './style.ts'

/** One page that needs no other file: figures, curves, thresholds, subgroups, and where they come from. */
export function evaluationHtml(evaluation: Evaluation): string {
  const { provenance } = evaluation
  const title = `${provenance.model} on ${provenance.dataset}, ${PART[provenance.part]}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><p class="notice">${NOT_FOR_DIAGNOSTIC_USE}</p>
<h1>Evaluation: ${escaped(title)}</h1>
${summary(evaluation)}
<h2>Figures by label</h2>${figures(evaluation)}
<h2>At the thresholds of the model</h2>${thresholds(evaluation)}
<h2>Curves</h2><p>Bands: pointwise 95 % of ${provenance.bootstrap.resamples} resamples of patients.${evaluation.eceCalibrated ? ' Reliability: dark before, light after calibration.' : ''}</p>${LABELS.map((label) => curves(evaluation, label)).join('')}
${evaluation.subgroups.length ? `<h2>Subgroups</h2>${subgroups(evaluation.subgroups)}` : ''}
<h2>Provenance</h2>${origin(evaluation)}
<p class="notice">${NOT_FOR_DIAGNOSTIC_USE}</p></body></html>
`
}

const PART = { val: 'validation', test: 'test' } as const

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
const number = (value: number | null): string => (value === null ? '–' : value.toFixed(3))
const range = (ci95: Interval | null): string => (ci95 ? ` <span class="ci">${ci95[0].toFixed(3)} to ${ci95[1].toFixed(3)}</span>` : '')
const estimate = ({ value, ci95 }: Estimate): string => (value === null ? '<span class="ci">one class only</span>' : number(value) + range(ci95))
const share = ({ value, ci95 }: Share): string => number(value) + range(ci95)

function table(head: readonly string[], rows: readonly (readonly string[])[], foot?: readonly string[]): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string => `<tr>${cells.map((cell, i) => (tag === 'td' && i === 0 ? `<th scope="row">${cell}</th>` : `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${cell}</${tag}>`)).join('')}</tr>`
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody>${foot ? `<tfoot>${row(foot, 'td')}</tfoot>` : ''}</table>`
}

function summary({ images, patients, skipped, excluded, auc, accuracy, allNegativeAccuracy }: Evaluation): string {
  return `<p>${images} films of ${patients} patients${skipped ? `, ${skipped} more could not be opened` : ''}${excluded ? `, ${excluded} left out for their quality` : ''}. Macro AUC ${number(auc.macro)}${range(auc.ci95)} over ${auc.defined} of ${LABELS.length} labels.
Accuracy ${number(accuracy)}; saying "no" to everything would reach ${number(allNegativeAccuracy)}.</p>`
}

function figures({ auc, ap, brier, ece, eceCalibrated, curves: curvesBy }: Evaluation): string {
  const columns = [auc, ap, brier, ece, ...(eceCalibrated ? [eceCalibrated] : [])]
  const head = ['Label', 'Positive', 'Negative', 'AUC', 'Average precision', 'Brier', 'ECE', ...(eceCalibrated ? ['ECE calibrated'] : [])]
  const rows = LABELS.map((label) => [label, String(curvesBy[label].positives), String(curvesBy[label].negatives), ...columns.map(({ perLabel }) => estimate(perLabel[label]))])
  return table(head, rows, ['Macro', '', '', ...columns.map(({ macro, ci95 }) => number(macro) + range(ci95))])
}

function thresholds(evaluation: Evaluation): string {
  const rows = LABELS.map((label) => {
    const { threshold, confusion } = evaluation.thresholds[label]
    const { sensitivity, specificity, ppv, npv } = performanceOf(confusion)
    return [label, number(threshold), ...[sensitivity, specificity, ppv, npv].map(share), ...(['tp', 'fp', 'fn', 'tn'] as const).map((key) => String(confusion[key]))]
  })
  return table(['Label', 'Threshold', 'Sensitivity', 'Specificity', 'PPV', 'NPV', 'True +', 'False +', 'False −', 'True −'], rows)
}

function curves({ curves: curvesBy, reliability }: Evaluation, label: Label): string {
  return `<section><h3>${label}</h3><div class="charts">${chartsOf(curvesBy[label], reliability[label])}</div></section>`
}

function subgroups(groups: readonly Subgroup[]): string {
  const rows = groups.map(({ by, name, images, patients, auc }) => [`${by}: ${escaped(name)}`, String(images), String(patients), auc.macro === null ? '–' : number(auc.macro) + range(auc.ci95), `${auc.defined} of ${LABELS.length}`])
  const detail = groups.map(({ by, name, perLabel }) => [`${by}: ${escaped(name)}`, ...LABELS.map((label) => `${number(perLabel[label].auc.value)}<span class="ci"> ${perLabel[label].positives} of ${perLabel[label].positives + perLabel[label].negatives}</span>`)])
  return `${table(['Group', 'Films', 'Patients', 'Macro AUC', 'Labels'], rows)}<p>AUC by label, with positives of films:</p>${table(['Group', ...LABELS], detail)}`
}

function origin({ provenance, thresholds: rows }: Evaluation): string {
  const { split, policy, bootstrap } = provenance
  const per = (value: number): string => `${(100 * value).toFixed(1)} %`
  const facts: [string, string][] = [
    ['Program', `${provenance.app} ${provenance.version}`],
    ['Model', `${provenance.model}, version ${provenance.modelVersion}`],
    ['sha256 of the weights', provenance.weightsHash],
    ['Calibration', provenance.calibration === null ? 'none' : `version ${provenance.calibration}`],
    ['Data set', provenance.dataset],
    ['sha256 of the data set', provenance.datasetHash],
    ['Split', `${split.kind}, seed ${split.seed}, ${split.ratios.join('/')}${split.preset ? `, ${split.preset}` : ''}; ${split.ofTheRun ? 'the one the model was trained with' : 'made for this evaluation'}`],
    ['Leakage', `${per(split.leakage.patients)} of the test films have their patient in training, ${per(split.leakage.studies)} their study`],
    ['Label policy', `uncertain: ${policy.uncertain}, not mentioned: ${policy.blank}${policy.dropWithoutPositive ? ', rows without a positive label dropped' : ''}`],
    ['Thresholds', LABELS.map((label) => `${label} ${rows[label].threshold.toFixed(3)}`).join(', ')],
    ['Intervals', `${bootstrap.resamples} resamples of patients, seed ${bootstrap.seed}, percentiles; shares at a threshold: Wilson`],
    ['Made', provenance.evaluatedAt],
  ]
  return `<dl>${facts.map(([name, text]) => `<dt>${name}</dt><dd>${escaped(text)}</dd>`).join('')}</dl>`
}
