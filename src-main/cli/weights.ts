import { resolve } from 'node:path'
import { MODEL_NAMES, type ModelName } from '#shared/domain/run.ts'
import { command, oneOf, usageError, type Context } from './command.ts'
import { resultOf } from './progress.ts'
import { table } from './table.ts'

export const weights = command({
  name: 'weights',
  summary: 'ImageNet weights that runs start from: what there is; fetch or bring those of a network',
  usage: `[MODEL] [--download | --file FILE]
      --download fetches them from the address in the settings (as this lists it); without it nothing is ever sent over a network`,
  arguments: [0, 1],
  options: { download: { type: 'boolean', default: false }, file: { type: 'string' } },
  async run([name], values, context) {
    const service = context.services().weights
    const model = name === undefined ? undefined : oneOf('MODEL', name, MODEL_NAMES)
    if (!model && (values.download || values.file !== undefined)) throw usageError('Name the network whose weights they are.')
    if (model && values.file !== undefined) await service.install(model, resolve(values.file))
    if (model && values.download) await fetchWeights(context, model)
    const listed = service.list().filter((row) => !model || row.model === model)
    const rows = listed.map(({ model: of, installed, published }) => [of, installed ?? 'not installed', published ? `${published.megabytes} MB, ${published.licence}` : 'not published', published?.address ?? ''])
    return { json: { weights: listed }, text: table(['network', 'file', 'published', 'address'], rows) }
  },
})

/** Fetches what a run asks for, unless it is there. */
export async function fetchWeights(context: Context, model: ModelName): Promise<void> {
  const service = context.services().weights
  const { installed, published } = service.list().find((row) => row.model === model)!
  if (installed) return context.say(`${installed} is there already.`)
  if (published) context.say(`Fetching ${published.address} (${published.megabytes} MB, ${published.licence}) ...`)
  await resultOf(context, service.fetch(model).id)
}
