import { mkdir, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Label } from '#shared/domain/labels.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Head, ModelName } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { hashFile, modelFiles, type ModelFiles } from '#main/engine/inference/model-folder.ts'
import { architecture, type Architecture } from '#main/engine/model/architecture.ts'
import { METADATA_WEIGHT } from '#main/engine/model/head.ts'
import { differences, mismatch } from '#main/engine/model/weights/compare.ts'
import { readWeights } from '#main/engine/model/weights/read.ts'
import { writeSafeTensors, type SafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { exportState, importState, type State } from '#main/engine/model/weights/state.ts'

/** What bare weights are, in words of their bringer. */
export interface WeightsOf {
  model: ModelName
  /** Left out: as the file has it. */
  head?: Head | undefined
  blur?: 'stem' | 'all' | undefined
  /** Side of the films that it was trained on. */
  size: number
  /** Labels of its outputs in their order; left out: ours. */
  labels?: readonly Label[] | undefined
}

/**
 * Makes a model folder of weights that come without a description: safetensors or `torch.save`, with the names of timm or torchvision.
 * @throws CodedError WEIGHTS_MISMATCH with the list of what differs, WEIGHTS_UNSAFE, WEIGHTS_FORMAT, WEIGHTS_MISSING, LABELS_ORDER
 */
export async function adoptWeights(path: string, { model, head, blur, size, labels = LABELS }: WeightsOf, folder: string): Promise<ModelFiles> {
  const order = outputsOf(labels)
  const weights = await readWeights(path)
  const metadata = weights.tensors.has(METADATA_WEIGHT)
  const net = architecture({ model, head: head ?? headOf(weights), ...(blur && { blur }), ...(metadata && { metadata }) })
  const found = differences(net, weights, 'fixed')
  if (found.length) throw mismatch(net, path, found, remedyOf(net, weights))
  const source = { file: basename(path), sha256: await hashFile(path) }
  const state = reordered(net, importState(net, weights, path), order)
  await mkdir(folder, { recursive: true })
  const files = modelFiles(folder)
  await writeSafeTensors(files.weights, exportState(net, state, 0, { source_sha256: source.sha256 }))
  await using card = await open(files.card, 'w')
  await card.writeFile(JSON.stringify({ format: 1, ...net.name, size, labels: LABELS, imported: source }, null, 1))
  return files
}

const headOf = ({ tensors }: SafeTensors): Head => (tensors.has('head.linear1.weight') ? 'concat-pool' : 'linear')

function remedyOf({ classifier }: Architecture, { tensors }: SafeTensors): string {
  const outputs = tensors.get(`${classifier}.weight`)?.shape[0]
  if (outputs === undefined || outputs === LABELS.length) return 'Name the network that the weights are of, its head and where it blurs.'
  return `Its classifier has ${outputs} classes, a model here has the 14 labels. Start a run from the file instead: as its start weights only the body counts.`
}

/** Place in the file of each of our labels. */
function outputsOf(labels: readonly Label[]): number[] {
  const order = LABELS.map((label) => labels.indexOf(label))
  if (labels.length === LABELS.length && !order.includes(-1)) return order
  throw new CodedError('LABELS_ORDER', 'The order of the outputs must name each of the 14 labels once.', { remedy: `The labels are: ${LABELS.join(', ')}.` })
}

/** The rows of the last layer in our order. */
function reordered({ name: { head, metadata }, classifier }: Architecture, state: State, order: readonly number[]): State {
  const last = head === 'linear' ? [`${classifier}.weight`, `${classifier}.bias`, ...(metadata ? [METADATA_WEIGHT] : [])] : ['head.linear2.weight']
  const moved = last.map((entry) => {
    const values = state.get(entry)!
    const width = values.length / LABELS.length
    const rows = new Float32Array(values.length)
    order.forEach((from, to) => rows.set(values.subarray(from * width, (from + 1) * width), to * width))
    return [entry, rows] as const
  })
  return new Map([...state, ...moved])
}
