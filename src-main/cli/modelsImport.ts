import { resolve } from 'node:path'
import { weightsOf } from '#shared/contracts/models.ts'
import { CHEXPERT_ORDER } from '#shared/domain/labels.ts'
import { labelsOf } from '#main/services/predictions/files.ts'
import { command, numberOf, usageError } from './command.ts'

const text = { type: 'string' } as const

export const modelsImport = command({
  name: 'models import',
  summary: 'Take a model into the library: its folder, or bare weights (safetensors, .pth) of the network named by --arch',
  usage: `FILE|FOLDER [--name NAME]
      FILE --arch densenetblur121d|densenet121d|densenet121|resnet18 [--head linear|concat-pool] [--blur stem|all] [--size 224]
      [--labels chexpert|"L,L,..."] [--name NAME]      --labels: the 14 outputs in the order of the file; left out: ours`,
  arguments: [1, 1],
  options: { name: text, arch: text, head: text, blur: text, size: text, labels: text },
  async run([path = ''], { name, arch, head, blur, size, labels }, context) {
    const described = { head, blur, size: size === undefined ? undefined : numberOf('size', size), labels: labels === undefined ? undefined : orderOf(labels) }
    if (arch === undefined && Object.values(described).some((value) => value !== undefined)) throw usageError('--head, --blur, --size and --labels describe bare weights: name their network with --arch.')
    const as = arch === undefined ? undefined : parse({ model: arch, ...described })
    const model = await context.services().models.importFrom(resolve(path), name, as)
    return { json: model, text: `Model ${model.id} "${model.name}", version ${model.version}: ${model.architecture}, ${model.head} head, ${model.size} px` }
  },
})

const orderOf = (words: string) => (words.toLowerCase() === 'chexpert' ? [...CHEXPERT_ORDER] : labelsOf(words))

function parse(given: Record<string, unknown>) {
  const parsed = weightsOf.safeParse(given)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw usageError(`--${path[0] === 'model' ? 'arch' : String(path[0])}: ${message}`)
}
