import type { HandlersOf } from '#shared/contracts/define.ts'
import type { modelsContract } from '#shared/contracts/models.ts'
import type { Services } from '../index.ts'

export function modelsHandlers({ models, predictions }: Pick<Services, 'models' | 'predictions'>): HandlersOf<typeof modelsContract> {
  return {
    'models.list': () => models.list(),
    'models.get': ({ model }) => models.get(model),
    'models.setDefault': ({ model }) => models.setDefault(model),
    'models.rename': ({ model, name }) => models.rename(model, name),
    'models.remove': async ({ model }) => ({ removed: await models.remove(model) }),
    'models.import': ({ path, name, as }) => models.importFrom(path, name, as),

    'predictions.study': ({ study, model, anyway }) => predictions.study(study, model, anyway),
    'predictions.batch': (input) => ({ job: predictions.batch(input).id }),
    'predictions.ofImage': ({ image }) => predictions.ofImage(image),
    'predictions.prior': ({ study, model }) => predictions.prior(study, model),
    'predictions.activation': ({ prediction, label }) => predictions.activation(prediction, label),
  }
}
