import { command, numberOf, oneOf, ratiosOf } from './command.ts'
import { POLICY_HELP, policyFor } from './policy.ts'

export const datasetSplit = command({
  name: 'dataset split',
  summary: 'Divide a data set into training, validation and test',
  usage: 'N [--by patient|image|file] [--preset as-released] [--seed 42] [--ratios 80,10,10] [--policy FILE]',
  details: POLICY_HELP,
  arguments: [1, 1],
  options: { by: { type: 'string' }, preset: { type: 'string' }, seed: { type: 'string', default: '42' }, ratios: { type: 'string', default: '80,10,10' }, policy: { type: 'string' } },
  async run([dataset = ''], values, context) {
    const preset = values.preset === undefined ? undefined : oneOf('preset', values.preset, ['as-released'])
    // The published script splits by image; so does its preset unless told otherwise.
    const by = oneOf('by', values.by ?? (preset ? 'image' : 'patient'), ['patient', 'image', 'file'])
    const seed = numberOf('seed', values.seed, { min: 0, max: 2 ** 32 - 1, integer: true })
    const ratios = ratiosOf(values.ratios)
    const policy = await policyFor(dataset, values.policy, context)
    const split = await context.services().datasets.split(dataset, { by, preset, seed, ratios, policy })
    const { train, val, test, leakage } = split
    const per = (share: number): string => `${(100 * share).toFixed(1)} %`
    return {
      json: { ...split, policy },
      text: `${train} train, ${val} validation, ${test} test (${split.id})\nLeakage: ${per(leakage.patients)} of the test images have their patient in training, ${per(leakage.studies)} their study`,
    }
  },
})
