import { CodedError } from '#shared/errors.ts'
import type { Preset } from '#shared/domain/run.ts'
import { numpyPermutation, torchRandperm } from './permutation.ts'

/** Values of a split array, one per row. */
export const TRAIN = 0
export const VALIDATION = 1
export const TEST = 2

export interface SplitRequest {
  /** Rows of the dataset. */
  n: number
  /** `patient` keeps all images of a patient on one side; `image` is the paper's split, which does not. */
  by: 'patient' | 'image'
  seed: number
  /** Per cent for training, validation, test. */
  ratios: readonly [number, number, number]
  /** Patient of each row; needed by patient only. */
  patients?: ArrayLike<string | number>
  /** `as-released` by image: the published script's 72/18/10, whatever the ratios say. */
  preset?: Preset
}

/** Side of each row: `TRAIN`, `VALIDATION` or `TEST`. The same request gives the same split on every machine. */
export function splitRows(request: SplitRequest): Uint8Array {
  const { n, by, seed, ratios, patients, preset } = request
  if (ratios.some((ratio) => !(ratio >= 0)) || Math.abs(ratios[0] + ratios[1] + ratios[2] - 100) > 1e-9) {
    throw new CodedError('SPLIT_RATIOS', `The ratios ${ratios.join(', ')} are not three shares that sum to 100.`)
  }
  if (by === 'image') return byImage(n, seed, preset === 'as-released' ? null : ratios)
  if (patients?.length !== n) throw new CodedError('SPLIT_PATIENTS', `A split by patient needs the patient of each of the ${n} rows.`)
  return byPatient(patients, seed, ratios)
}

/**
 * The paper's split. scikit-learn's `train_test_split(random_state=seed)` takes the test set, the first ceil(share n) of numpy's permutation;
 * fastai's `RandomSplitter(seed=seed)` then takes the validation set, the first of torch's permutation of what is left.
 * @param ratios null for the script as released: a tenth for the test, then int(.2 m) of the m left
 */
function byImage(n: number, seed: number, ratios: SplitRequest['ratios'] | null): Uint8Array {
  const split = new Uint8Array(n)
  const order = numpyPermutation(n, seed)
  const tests = Math.ceil(((ratios?.[2] ?? 10) / 100) * n)
  const rest = order.subarray(tests)
  for (const row of order.subarray(0, tests)) split[row] = TEST
  const validations = ratios ? Math.min(rest.length, Math.round((ratios[1] / 100) * n)) : Math.trunc(0.2 * rest.length)
  for (const i of torchRandperm(rest.length, seed).subarray(0, validations)) split[rest[i]!] = VALIDATION
  return split
}

/** Patients in seeded order fill the test set, then the validation set, each up to the count of images nearest its share. */
function byPatient(patients: ArrayLike<string | number>, seed: number, ratios: SplitRequest['ratios']): Uint8Array {
  const rowsOf = new Map<string | number, number[]>()
  for (let row = 0; row < patients.length; row++) {
    const rows = rowsOf.get(patients[row]!)
    if (rows) rows.push(row)
    else rowsOf.set(patients[row]!, [row])
  }
  const groups = [...rowsOf.values()]
  const queue = Array.from(torchRandperm(groups.length, seed), (i) => groups[i]!)
  const split = new Uint8Array(patients.length)
  for (const [side, share] of [[TEST, ratios[2]], [VALIDATION, ratios[1]]] as const) {
    const quota = (share / 100) * patients.length
    for (let filled = 0; queue.length > 1 && wanted(filled, queue.at(-1)!.length, quota); ) {
      const rows = queue.pop()!
      for (const row of rows) split[row] = side
      filled += rows.length
    }
  }
  return split
}

/** Whether one more patient brings the side nearer its quota; a side that is asked for gets one patient at least. */
function wanted(filled: number, images: number, quota: number): boolean {
  if (quota === 0) return false
  return filled === 0 || Math.abs(filled + images - quota) < Math.abs(filled - quota)
}

/** Shares of the test images (0 to 1) whose patient, or whose study, also has an image in the training set; 0 for an empty test set. */
export function leakage(
  split: Uint8Array,
  patients: ArrayLike<string | number>,
  studies: ArrayLike<string | number>,
): { patients: number; studies: number } {
  return { patients: sharedWithTraining(split, patients), studies: sharedWithTraining(split, studies) }
}

function sharedWithTraining(split: Uint8Array, groups: ArrayLike<string | number>): number {
  const trained = new Set<string | number>()
  split.forEach((side, row) => side === TRAIN && trained.add(groups[row]!))
  let tests = 0
  let shared = 0
  split.forEach((side, row) => {
    if (side !== TEST) return
    tests++
    if (trained.has(groups[row]!)) shared++
  })
  return tests ? shared / tests : 0
}
