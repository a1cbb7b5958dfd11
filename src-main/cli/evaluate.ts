import { LABELS } from '#shared/domain/labels.ts'
import { command, oneOf, usageError } from './command.ts'
import { table } from './table.ts'

export const evaluate = command({
  name: 'evaluate',
  summary: 'Figures of a run or model on the validation or test part of a data set',
  usage: 'RUN|MODEL --dataset N --split val|test',
  arguments: [1, 1],
  options: { dataset: { type: 'string' }, split: { type: 'string' } },
  async run([of = ''], values, context) {
    if (values.dataset === undefined || values.split === undefined) throw usageError('evaluate needs --dataset and --split.')
    const part = oneOf('split', values.split, ['val', 'test'])
    const found = await context.services().evaluation.evaluate(of, values.dataset, part)
    const { auc, images, skipped, accuracy, allNegativeAccuracy } = found
    const figure = (value: number | null): string => (value === null ? 'one class only' : value.toFixed(3))
    const text = [
      `${images} films${skipped ? `, ${skipped} could not be read` : ''}`,
      `macro AUC ${figure(auc.macro)} over ${auc.defined} of ${LABELS.length} labels; accuracy ${accuracy.toFixed(4)} (always negative: ${allNegativeAccuracy.toFixed(4)})`,
      table(['label', 'AUC'], LABELS.map((label) => [label, figure(auc.perLabel[label])])),
    ]
    return { json: found, text: text.join('\n') }
  },
})
