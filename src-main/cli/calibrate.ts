import { LABELS } from '#shared/domain/labels.ts'
import { performanceOf, type Share } from '#shared/statistics/intervals.ts'
import { command, oneOf, usageError } from './command.ts'
import { resultOf } from './progress.ts'
import { table } from './table.ts'

export const calibrate = command({
  name: 'calibrate',
  summary: 'Temperature and threshold of each label, from the validation part of a data set; kept with the model as its next version',
  usage: 'RUN|MODEL --dataset N [--split val]',
  arguments: [1, 1],
  options: { dataset: { type: 'string' }, split: { type: 'string', default: 'val' } },
  async run([of = ''], values, context) {
    if (values.dataset === undefined) throw usageError('calibrate needs --dataset.')
    oneOf('split', values.split, ['val'])
    const { evaluations } = context.services()
    const { calibration } = await resultOf(context, (await evaluations.startCalibration(of, values.dataset)).id)
    const found = evaluations.calibration(String(calibration))
    const { version, images, temperature, ece, perLabel } = found
    const share = ({ value, ci95 }: Share): string => (value === null || !ci95 ? '' : `${value.toFixed(3)} (${ci95[0].toFixed(3)} to ${ci95[1].toFixed(3)})`)
    const text = [
      `version ${version}, from ${images} films; temperature of all labels ${temperature.toFixed(3)}; ECE ${ece.before?.toFixed(3) ?? 'undefined'} before, ${ece.after?.toFixed(3) ?? 'undefined'} after`,
      table(
        ['label', 'temperature', 'threshold', 'sensitivity', 'specificity'],
        LABELS.map((label) => {
          const { temperature: own, threshold, confusion, own: fitted } = perLabel[label]
          const { sensitivity, specificity } = performanceOf(confusion)
          return [label, `${own.toFixed(3)}${fitted ? '' : ' (all)'}`, threshold.toFixed(3), share(sensitivity), share(specificity)]
        }),
      ),
    ]
    return { json: found, text: text.join('\n') }
  },
})
