import { LABELS } from '#shared/domain/labels.ts'
import { PREPROCESSING } from '../../data/augmentation.ts'
import { PATIENT_FEATURES } from '../../data/patient.ts'
import type { ArchitectureName } from '../../model/architecture.ts'
import { DENSENETS, denseFeatures } from '../../model/densenet.ts'
import { RESNETS, resFeatures } from '../../model/resnet.ts'
import { OnnxGraph, type Value, type Weight } from './graph.ts'
import { layersOf, type Layers } from './layers.ts'
import { denseNodes, headNodes, resNodes } from './networks.ts'

export interface OnnxExport {
  name: ArchitectureName
  /** Side of the input in pixels. */
  size: number
  /** Weight of a checkpoint key, in the layout of the checkpoint (OIHW). */
  weights: (name: string) => Weight
  /** Written into the file, e.g. the hash of the weights. */
  metadata?: Record<string, string>
}

/**
 * The network as an ONNX file (opset 17). Normalisation lies inside, so that no caller can prepare the film differently:
 * input `image` uint8 [n, size, size] grey; outputs `logits` float32 [n, 14] and `features` float32 [n, c, size/32, size/32] after the last ReLU.
 * A network that knows the patient has a second input, `metadata` float32 [n, 5] (`encodePatients`).
 * Batch norms stay nodes of their own: runtimes fold those that follow a convolution, and a norm before a convolution cannot be folded exactly
 * past its ReLU.
 */
export function exportOnnx({ name, size, weights, metadata = {} }: OnnxExport): Uint8Array {
  const graph = new OnnxGraph()
  const layers = layersOf(graph, weights)
  const { features, channels, classifier } = body(name, normalised(graph, graph.input('image', 'uint8', ['n', size, size])), layers)
  const patients = name.metadata ? graph.input('metadata', 'float32', ['n', PATIENT_FEATURES.length]) : undefined
  graph.output('logits', headNodes({ head: name.head, classifier }, features, layers, patients), ['n', LABELS.length])
  graph.output('features', features, ['n', channels, size / 32, size / 32])
  return graph.encode(name.model, { labels: LABELS.join(','), ...(name.metadata && { patient: PATIENT_FEATURES.join(',') }), ...metadata })
}

/** (x / 255 - mean) / std on each of three channels, as one multiplication and one addition; the film is grey, so they differ by these alone. */
function normalised(graph: OnnxGraph, image: Value): Value {
  const { mean, std } = PREPROCESSING
  const shape = [1, 3, 1, 1]
  const grey = graph.node('Unsqueeze', 'input/channel', [graph.node('Cast', 'input/float', [image], { to: 1 }), graph.integers('input/axis', [1])])
  const factor = graph.weight('input.factor', { shape, data: Float32Array.from(std, (deviation) => 1 / (255 * deviation)) })
  const offset = graph.weight('input.offset', { shape, data: Float32Array.from(std, (deviation, i) => -mean[i]! / deviation) })
  return graph.node('Add', 'input/normalised', [graph.node('Mul', 'input/scaled', [grey, factor]), offset])
}

function body({ model, blur }: ArchitectureName, x: Value, layers: Layers): { features: Value; channels: number; classifier: string } {
  if (model === 'resnet18') return { features: resNodes(RESNETS.resnet18, x, layers), channels: resFeatures(RESNETS.resnet18), classifier: 'fc' }
  const net = blur ? { ...DENSENETS[model], blur } : DENSENETS[model]
  return { features: denseNodes(net, x, layers), channels: denseFeatures(net), classifier: 'classifier' }
}
