import { open } from 'node:fs/promises'
import { CodedError } from '#shared/errors.ts'
import { timmNames, WRAPPERS } from './names.ts'
import { readSafeTensors, type SafeTensor, type SafeTensors } from './safetensors.ts'
import { TorchTensor, withTorchFile } from './torch-file.ts'

export type WeightsFormat = 'safetensors' | 'torch'

/** By content, not by name: a safetensors file begins with the length of its header and a brace. */
export async function weightsFormat(path: string): Promise<WeightsFormat> {
  await using file = await open(path).catch((cause: unknown) => {
    throw new CodedError('WEIGHTS_MISSING', `The weights ${path} could not be opened.`, { file: path, cause })
  })
  const { buffer } = await file.read(new Uint8Array(9), 0, 9, 0)
  const [first, second] = buffer
  const isZip = first === 0x50 && second === 0x4b
  const isPickle = first === 0x80 && buffer[8] !== 0x7b
  return isZip || isPickle ? 'torch' : 'safetensors'
}

/**
 * Weights of a safetensors or `torch.save` file, with timm's names.
 * @throws CodedError WEIGHTS_MISSING, WEIGHTS_FORMAT, WEIGHTS_UNSAFE
 */
export async function readWeights(path: string): Promise<SafeTensors> {
  if ((await weightsFormat(path)) === 'torch') return readTorchWeights(path)
  const { tensors, metadata } = await readSafeTensors(path)
  return { tensors: timmNames(tensors), metadata }
}

async function readTorchWeights(path: string): Promise<SafeTensors> {
  return withTorchFile(path, async ({ root, read }) => {
    const state = timmNames(stateDict(root, path))
    const tensors = new Map<string, SafeTensor>()
    for (const [name, tensor] of state) tensors.set(name, await read(tensor))
    return { tensors, metadata: {} }
  })
}

/** The tensors by name of the first wrapper that has some, else of the object itself. */
function stateDict(root: unknown, file: string): Map<string, TorchTensor> {
  const wrapped = root instanceof Map ? WRAPPERS.map((name) => root.get(name) as unknown) : []
  const found = [...wrapped, root].map(tensorsOf).find(({ size }) => size > 0)
  if (found) return found
  const keys = root instanceof Map ? [...root.keys()].slice(0, 8).join(', ') : 'no dictionary'
  throw new CodedError('WEIGHTS_FORMAT', `${file} holds no weights by name, neither at its top nor under ${WRAPPERS.join(', ')}; it has: ${keys}.`, {
    file,
    remedy: 'Save them with torch.save(model.state_dict(), file).',
  })
}

function tensorsOf(value: unknown): Map<string, TorchTensor> {
  const pairs = value instanceof Map ? [...(value as Map<unknown, unknown>)] : []
  return new Map(pairs.filter((pair): pair is [string, TorchTensor] => typeof pair[0] === 'string' && pair[1] instanceof TorchTensor))
}
