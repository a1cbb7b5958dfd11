import { open, type FileHandle } from 'node:fs/promises'
import { CodedError } from '#shared/errors.ts'
import { globalName, unpickle, type PickleRules } from './pickle.ts'
import type { SafeTensor } from './safetensors.ts'
import { STORAGES, type ElementType } from './storage.ts'
import { storedEntries, type StoredEntry } from './zip.ts'

/**
 * What `torch.save` writes: since PyTorch 1.6 a ZIP of `data.pkl` and one entry a storage; before it five pickles and the storages end to end.
 * The pickle is read as data by rules that know tensors, storages and ordered dictionaries, and nothing else.
 */

/** A tensor as a view of a storage; values are read when asked for. */
export class TorchTensor {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
  readonly storage: Storage

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
  }
}

interface Storage {
  key: string
  type: ElementType
  elements: number
}

/** A pickled object with the tensors in it. */
export interface TorchFile {
  root: unknown
  read(tensor: TorchTensor): Promise<SafeTensor>
}

const LARGEST_PICKLE = 256e6
/** Of the first of the five pickles (torch/serialization.py). */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn

const product = (sides: readonly number[]): number => sides.reduce((a, b) => a * b, 1)

/**
 * Opens a file of `torch.save` for the time of `use`.
 * @throws CodedError WEIGHTS_UNSAFE naming the global that is no part of weights, WEIGHTS_FORMAT
 */
export async function withTorchFile<T>(path: string, use: (file: TorchFile) => Promise<T>): Promise<T> {
  const refuse = (why: string): never => {
    throw new CodedError('WEIGHTS_FORMAT', `${path} is not a PyTorch file we can read: ${why}.`, { file: path, remedy: 'Save it again with torch.save(model.state_dict(), file).' })
  }
  await using handle = await open(path)
  const first = await bytesAt(handle, 0, 4)
  const { root, places } = first.toString('latin1') === 'PK\x03\x04' ? await openZip(handle, path, refuse) : await openLegacy(handle, path, refuse)
  return await use({ root, read: (tensor) => readTensor(handle, places, tensor, refuse) })
}

interface Opened {
  root: unknown
  /** Bytes of each storage by its key. */
  places: ReadonlyMap<string, StoredEntry>
}

type Refuse = (why: string) => never

async function openZip(handle: FileHandle, path: string, refuse: Refuse): Promise<Opened> {
  const entries = await storedEntries(handle).catch((error: Error) => refuse(error.message))
  const pickle = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name)) ?? refuse('the archive has no data.pkl')
  const folder = pickle.slice(0, -'data.pkl'.length)
  const order = entries.get(`${folder}byteorder`)
  if (order && (await bytesOf(handle, order)).toString() !== 'little') refuse('its numbers are big-endian')
  if (entries.has(`${folder}constants.pkl`)) refuse('it is a TorchScript program, not weights')
  const { bytes } = entries.get(pickle)!
  if (bytes > LARGEST_PICKLE) refuse(`its pickle has ${bytes} bytes`)
  const { value } = unpickle(await bytesOf(handle, entries.get(pickle)!), rulesOf(path, refuse))
  const prefix = `${folder}data/`
  return { root: value, places: new Map([...entries].flatMap(([name, place]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), place]] : []))) }
}

/** Magic, protocol, system, the object, the keys of its storages; then each storage: a count of 8 bytes and its elements. */
async function openLegacy(handle: FileHandle, path: string, refuse: Refuse): Promise<Opened> {
  const { size } = await handle.stat()
  const bytes = await bytesAt(handle, 0, Math.min(size, LARGEST_PICKLE))
  if (bytes[0] !== 0x80) refuse('it is neither a ZIP archive nor a pickle')
  const elements = new Map<string, Storage>()
  const rules = rulesOf(path, refuse, elements)
  let end = 0
  const [magic, , , root, keys] = Array.from({ length: 5 }, (_, part) => {
    const read = unpickle(bytes, rules, end)
    if (part === 0 && read.value !== LEGACY_MAGIC) refuse('it is a pickle, but not one of torch.save')
    end = read.end
    return read.value
  })
  if (magic !== LEGACY_MAGIC || !Array.isArray(keys)) return refuse('it has no list of storages')
  const places = new Map<string, StoredEntry>()
  for (const key of keys.map(String)) {
    const storage = elements.get(key) ?? refuse('it has a storage that nothing uses')
    const length = storage.elements * storage.type.width
    places.set(key, { offset: end + 8, bytes: length })
    end += 8 + length
  }
  return end <= size ? { root, places } : refuse('it is cut off')
}

/** @param seen takes every storage that the file names */
function rulesOf(file: string, refuse: Refuse, seen?: Map<string, Storage>): PickleRules {
  const storages = Object.keys(STORAGES).map((name) => [`torch.${name}`, () => refuse('it makes a storage by hand')] as const)
  return {
    file,
    globals: new Map<string, (...args: unknown[]) => unknown>([
      ...storages,
      ['collections.OrderedDict', (pairs) => new Map(Array.isArray(pairs) ? (pairs as [unknown, unknown][]) : [])],
      ['torch.Size', (sides) => sides],
      ['torch._utils._rebuild_tensor', (...args) => tensorOf(args, refuse)],
      ['torch._utils._rebuild_tensor_v2', (...args) => tensorOf(args, refuse)],
      ['torch._utils._rebuild_parameter', (tensor) => tensor],
    ]),
    persistent: (id) => {
      const storage = storageOf(id, refuse)
      seen?.set(storage.key, storage)
      return storage
    },
  }
}

/** `('storage', type, key, device, elements)` and, in old files, a view of another storage. */
function storageOf(id: unknown, refuse: Refuse): Storage {
  const [kind, type, key, , elements, view] = Array.isArray(id) ? (id as unknown[]) : []
  const element = STORAGES[(globalName(type) ?? '').replace(/^torch\./, '')]
  if (kind !== 'storage' || !element || (typeof key !== 'string' && typeof key !== 'number') || !isCount(elements)) return refuse('it has a storage of an unknown kind')
  if (Array.isArray(view)) refuse('it has views of storages, as only very old files do')
  return { key: String(key), type: element, elements }
}

function tensorOf([storage, offset, shape, strides]: unknown[], refuse: Refuse): TorchTensor {
  const isStorage = typeof storage === 'object' && storage !== null && 'elements' in storage && 'type' in storage
  if (!isStorage || !isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) return refuse('it has a tensor without a shape')
  const { elements } = storage as Storage
  const last = product(shape) === 0 ? 0 : offset + 1 + shape.reduce((sum, side, i) => sum + (side - 1) * strides[i]!, 0)
  if (product(shape) > elements || last > elements) refuse('it has a tensor that is larger than its storage')
  return new TorchTensor(storage as Storage, offset, shape, strides)
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.length <= 8 && value.every(isCount)

async function readTensor(handle: FileHandle, places: Opened['places'], tensor: TorchTensor, refuse: Refuse): Promise<SafeTensor> {
  const { storage: { key, type, elements }, shape, strides, offset } = tensor
  const place = places.get(key)
  if (!place || place.bytes < elements * type.width) return refuse(`the storage ${key} is missing or cut off`)
  const reach = product(shape) && 1 + shape.reduce((sum, side, i) => sum + (side - 1) * strides[i]!, 0)
  const bytes = await bytesAt(handle, place.offset + offset * type.width, reach * type.width)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = product(shape)
  if (type.integral) {
    const data = new BigInt64Array(count)
    walk(shape, strides, (from, to) => (data[to] = type.read(view, from) as bigint))
    return { dtype: 'I64', shape: [...shape], data }
  }
  const data = new Float32Array(count)
  walk(shape, strides, (from, to) => (data[to] = type.read(view, from) as number))
  return { dtype: 'F32', shape: [...shape], data }
}

/** Visits a strided tensor in the order of its indices. */
function walk(shape: readonly number[], strides: readonly number[], visit: (from: number, to: number) => void): void {
  const index = shape.map(() => 0)
  const count = product(shape)
  for (let to = 0, from = 0; to < count; to++) {
    visit(from, to)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
}

const bytesOf = (handle: FileHandle, { offset, bytes }: StoredEntry): Promise<Buffer> => bytesAt(handle, offset, bytes)

async function bytesAt(handle: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await handle.read(buffer, 0, bytes, offset)
  return buffer.subarray(0, bytesRead)
}
