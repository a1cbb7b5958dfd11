import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { numpyPermutation, torchRandperm } from './permutation.ts'
import { leakage, splitRows, TEST, TRAIN, VALIDATION } from './split.ts'

const golden = new URL('../../../test/golden/data/', import.meta.url)
const json = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, golden), 'utf8')) as T
const sha256 = (values: Int32Array | Uint8Array): string => createHash('sha256').update(values).digest('hex')

test('permutations are those of torch and numpy', () => {
  for (const { n, seed, torch, numpy } of json<{ n: number; seed: number; torch: number[] | string; numpy: number[] | string }[]>('permutations.json')) {
    const ours = [torchRandperm(n, seed), numpyPermutation(n, seed)]
    ;[torch, numpy].forEach((theirs, i) => assert.deepEqual(typeof theirs === 'string' ? sha256(ours[i]!) : [...ours[i]!], theirs, `n ${n} seed ${seed}`))
  }
})

/** Patients and studies of the rows of the real CheXpert train.csv that have a positive label, numbered in file order. */
function chexpertRows(): { patients: Int32Array; studies: Int32Array } {
  const marks = gunzipSync(readFileSync(new URL('chexpert-rows.bin.gz', golden)))
  let patient = 0
  let study = 0
  const patients = new Int32Array(marks.length)
  const studies = new Int32Array(marks.length)
  marks.forEach((mark, row) => {
    patients[row] = patient += mark === 2 ? 1 : 0
    studies[row] = study += mark > 0 ? 1 : 0
  })
  return { patients, studies }
}

const counts = (split: Uint8Array): number[] => [TRAIN, VALIDATION, TEST].map((side) => split.filter((s) => s === side).length)

test("the paper's split of CheXpert and its leak are those of scikit-learn and fastai", () => {
  const { patients, studies } = chexpertRows()
  const expected = json<Record<string, { sha256: string; counts: number[]; patients: number; studies: number }>>('split.json')
  const n = patients.length
  for (const [name, preset] of [['as-released', 'as-released'], ['80/10/10', 'as-described']] as const) {
    const split = splitRows({ n, by: 'image', seed: 42, ratios: [80, 10, 10], preset })
    const { sha256: hash, counts: sizes, ...shares } = expected[name]!
    assert.deepEqual(counts(split), sizes)
    assert.equal(sha256(split), hash)
    const leak = leakage(split, patients, studies)
    assert.ok(Math.abs(leak.patients - shares.patients) < 1e-12 && Math.abs(leak.studies - shares.studies) < 1e-12, JSON.stringify(leak))
  }
})

test('a split by patient leaks nothing and is close to the ratios by images', () => {
  const { patients, studies } = chexpertRows()
  const n = patients.length
  const split = splitRows({ n, by: 'patient', seed: 42, ratios: [80, 10, 10], patients })
  assert.deepEqual(leakage(split, patients, studies), { patients: 0, studies: 0 })
  counts(split).forEach((count, i) => assert.ok(Math.abs(count / n - [0.8, 0.1, 0.1][i]!) < 0.0005, String(count)))
  assert.notDeepEqual(split, splitRows({ n, by: 'patient', seed: 43, ratios: [80, 10, 10], patients }))
})

test('a handful of patients still fills every side that was asked for', () => {
  const patients = ['a', 'a', 'a', 'b', 'b', 'b', 'b', 'c', 'c']
  for (let seed = 0; seed < 20; seed++) {
    const split = splitRows({ n: 9, by: 'patient', seed, ratios: [80, 10, 10], patients })
    assert.ok(counts(split).every((count) => count > 0), `seed ${seed}`)
    assert.equal(leakage(split, patients, patients).patients, 0)
  }
  assert.deepEqual(counts(splitRows({ n: 9, by: 'patient', seed: 1, ratios: [100, 0, 0], patients })), [9, 0, 0])
})

test('ratios that are none are refused', () => {
  assert.throws(() => splitRows({ n: 9, by: 'image', seed: 1, ratios: [80, 30, 10] }), { code: 'SPLIT_RATIOS' })
})
