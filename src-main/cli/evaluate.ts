import { resolve } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import type { Evaluation } from '#shared/domain/evaluation.ts'
import { writeEvaluation } from '#main/services/evaluations/report/report.ts'
import { command, oneOf, usageError } from './command.ts'
import { resultOf } from './progress.ts'
import { table } from './table.ts'

export const evaluate = command({
  name: 'evaluate',
  summary: 'Figures of a run or model on the validation or test part of a data set, with 95 % intervals by patient',
  usage: 'RUN|MODEL --dataset N --split val|test [--report DIR]',
  arguments: [1, 1],
  options: { dataset: { type: 'string' }, split: { type: 'string' }, report: { type: 'string' } },
  async run([of = ''], values, context) {
    if (values.dataset === undefined || values.split === undefined) throw usageError('evaluate needs --dataset and --split.')
    const part = oneOf('split', values.split, ['val', 'test'])
    const { evaluations } = context.services()
    const { evaluation: id } = await resultOf(context, (await evaluations.start(of, values.dataset, part)).id)
    const found = evaluations.get(String(id))
    const files = values.report === undefined ? [] : await writeEvaluation(evaluations, String(id), resolve(values.report))
    return { json: { id, notice: NOT_FOR_DIAGNOSTIC_USE, ...found, files }, text: [words(found), ...files].join('\n') }
  },
})

function words({ images, patients, skipped, excluded, auc, ap, ece, accuracy, allNegativeAccuracy, thresholds }: Evaluation): string {
  const figure = (value: number | null): string => (value === null ? 'one class only' : value.toFixed(3))
  const range = (ci95: readonly [number, number] | null): string => (ci95 ? `${ci95[0].toFixed(3)} to ${ci95[1].toFixed(3)}` : '')
  return [
    `${images} films of ${patients} patients${skipped ? `, ${skipped} could not be read` : ''}${excluded ? `, ${excluded} left out for their quality` : ''}`,
    `macro AUC ${figure(auc.macro)} (${range(auc.ci95)}) over ${auc.defined} of ${LABELS.length} labels; accuracy ${accuracy.toFixed(4)} (always negative: ${allNegativeAccuracy.toFixed(4)})`,
    table(
      ['label', 'AUC', '95 %', 'AP', 'ECE', 'threshold'],
      LABELS.map((label) => [label, figure(auc.perLabel[label].value), range(auc.perLabel[label].ci95), figure(ap.perLabel[label].value), figure(ece.perLabel[label].value), thresholds[label].threshold.toFixed(3)]),
    ),
    NOT_FOR_DIAGNOSTIC_USE,
  ].join('\n')
}
