import { command } from './command.ts'
import { POLICY_HELP } from './policy.ts'
import { startWeights, TRAIN_OPTIONS, TRAIN_USAGE, trainRequest, withPolicy } from './train.ts'
import { TUNING_HELP } from './tuning.ts'

export const lrFind = command({
  name: 'lr-find',
  summary: 'Sweep the rate from 1e-7 to 10 on a data set and suggest one; takes the options of train, keeps no weights',
  usage: TRAIN_USAGE,
  details: `${POLICY_HELP}\n\n${TUNING_HELP}`,
  arguments: [1, 1],
  options: TRAIN_OPTIONS,
  async run([dataset = ''], values, context) {
    const request = await withPolicy(trainRequest(dataset, values), values, context)
    await startWeights(request, values, context)
    const { curve, suggestion } = await context.services().training.findRate(request, {
      record: (event) => {
        if (event.event === 'log' && event.level !== 'error') context.say(event.message)
        if (event.event === 'step' && event.step % 10 === 0) context.say(`step ${event.step}: rate ${event.lr.toExponential(2)}, loss ${event.loss.toFixed(4)}`)
      },
    }, context.signal)
    const text = suggestion === null ? `The loss ran away after ${curve.length} steps, too soon to suggest a rate.` : `Suggested rate: ${suggestion.toExponential(2)} (--lr ${suggestion.toPrecision(3)})`
    return { json: { curve, suggestion }, text }
  },
})
