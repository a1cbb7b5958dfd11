import { readFile } from 'node:fs/promises'
import { CodedError } from '#shared/errors.ts'
import { cellShift } from '#shared/overlay/alignment.ts'
import { sigmoid } from '#shared/statistics/probability.ts'
import { encodePatients, UNKNOWN_PATIENT, type Patient } from '../data/patient.ts'
import { architecture } from '../model/architecture.ts'
import { readSafeTensors } from '../model/weights/safetensors.ts'
import { checkpointShape } from '../model/weights/state.ts'
import { activationHead, activationMaps, meanOf } from './cam.ts'
import { hashFile, readModelCard, type ModelCard, type ModelFiles } from './model-folder.ts'
import type { Weight } from './onnx/graph.ts'
import { exportOnnx } from './onnx/export.ts'
import { openSession, type SessionOptions } from './session.ts'

/** What a model says of one film. */
export interface FilmPrediction {
  /** 14, in the order of `LABELS`. */
  logits: Float32Array
  /** Sigmoid of the logits. */
  probabilities: Float64Array
  /** Mean of each of the last feature maps, [channels]. */
  pooled: Float32Array
  /** Class activation maps, [14, height, width]; `shift` says how they lie on the film (`CoarseMap`). */
  maps: { height: number; width: number; shift: number; data: Float32Array }
}

export interface Predictor extends AsyncDisposable {
  readonly card: ModelCard
  /** SHA-256 of model.safetensors. */
  readonly weightsHash: string
  /**
   * One film a run: on a CPU a batch is no faster.
   * @param film network input, [size, size] grey, as `dicom` makes it
   * @param patient heard by models that know the patient (`card.metadata`), to whom one that is left out is unknown
   */
  predict(film: Uint8Array, patient?: Patient): Promise<FilmPrediction>
}

/**
 * A model ready to predict. Uses its ONNX file when that was made of these very weights (it names their hash), or makes the same in memory.
 * @throws MODEL_MISSING, MODEL_CARD, WEIGHTS_MISSING, WEIGHTS_FORMAT, WEIGHTS_MISMATCH, MODEL_UNREADABLE
 */
export async function openPredictor(files: ModelFiles, options: SessionOptions = {}): Promise<Predictor> {
  const card = await readModelCard(files.card)
  const { weights, hash } = await readWeights(files.weights, card)
  const made = await readFile(files.network).catch(() => null)
  const session = await openSession(made?.includes(hash) ? made : networkOf(card, weights, hash), card.size, options)
  const { classifier } = architecture(card)
  const shift = cellShift(card.model, card.blur)
  const head = activationHead({ ...card, classifier }, (name) => weights(name).data)
  return {
    card,
    weightsHash: hash,
    async predict(film, patient = UNKNOWN_PATIENT) {
      const metadata = card.metadata ? encodePatients([patient]) : undefined
      const { logits, features } = await session.run(film, metadata)
      const { height, width } = features
      return { logits, probabilities: Float64Array.from(logits, sigmoid), pooled: meanOf(features), maps: { height, width, shift, data: activationMaps(features, (at) => head(at, metadata)) } }
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

/** A checked model and its network as the bytes of an ONNX file. @throws as `openPredictor` */
export async function readModel({ card: cardFile, weights: weightsFile }: ModelFiles): Promise<{ card: ModelCard; weightsHash: string; network: Uint8Array }> {
  const card = await readModelCard(cardFile)
  const { weights, hash } = await readWeights(weightsFile, card)
  return { card, weightsHash: hash, network: networkOf(card, weights, hash) }
}

function networkOf(card: ModelCard, weights: (name: string) => Weight, hash: string): Uint8Array {
  const { model, head, blur, metadata = false, size } = card
  return exportOnnx({ name: { model, head, blur, metadata }, size, weights, metadata: { weights_sha256: hash } })
}

/** Every entry of the network, each of the shape that it must have. */
async function readWeights(file: string, card: ModelCard): Promise<{ weights: (name: string) => Weight; hash: string }> {
  const { tensors } = await readSafeTensors(file)
  for (const entry of architecture(card).entries) {
    const found = tensors.get(entry.name)
    if (found?.dtype === 'F32' && found.shape.join() === checkpointShape(entry).join()) continue
    throw new CodedError('WEIGHTS_MISMATCH', `The weights are not those of ${card.model} with the head ${card.head}: ${entry.name} is missing or of another shape.`, {
      file,
      remedy: 'Choose the weights that model.json belongs to.',
    })
  }
  const weights = (name: string): Weight => {
    const { shape, data } = tensors.get(name)!
    return { shape, data: data as Float32Array }
  }
  return { weights, hash: await hashFile(file) }
}
