import assert from 'node:assert/strict'
import test from 'node:test'
import { LEFT_OUT } from '../targets.ts'
import { leakOf, together } from './leaks.ts'

const clustered = (...groups: number[][]): { row: number; cluster: number }[] => groups.flatMap((rows) => rows.map((row) => ({ row, cluster: rows[0]! })))

test('test films with a duplicate in training leak; those beside validation or left out do not', () => {
  const parts = Uint8Array.of(0, 2, 0, 2, 1, 2, 2, LEFT_OUT)
  assert.deepEqual(leakOf(clustered([0, 1, 6], [4, 5], [3, 7]), parts), { images: 2, share: 0.5, clusters: 2 })
  assert.deepEqual(leakOf([], parts), { images: 0, share: 0, clusters: 0 })
  assert.deepEqual(leakOf(clustered([0, 1]), Uint8Array.of(0, 1)), { images: 0, share: 0, clusters: 1 })
})

test('a group goes where most of it is, to training among equals; nothing else moves', () => {
  assert.deepEqual(together(Uint8Array.of(0, 2, 2, 0, 2, 1, LEFT_OUT), clustered([0, 1, 2], [3, 4], [5, 6]), null), { parts: Uint8Array.of(2, 2, 2, 0, 0, 1, LEFT_OUT), moved: 2 })
})

test('where no patient leaks whole patients move, so that none leaks after it: random splits', () => {
  let state = 3
  const random = (n: number): number => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) % n
  for (let round = 0; round < 100; round++) {
    const patients = Array.from({ length: 60 }, () => random(20))
    const ofPatient = Array.from({ length: 20 }, () => random(3))
    const parts = Uint8Array.from(patients, (patient) => (random(10) ? ofPatient[patient]! : LEFT_OUT))
    const groups = clustered(...Array.from({ length: 4 }, (_, i) => [i, 10 + random(40), 50 + random(10)]))
    const moved = together(parts, groups, patients)
    assert.equal(leakOf(groups, moved.parts).clusters, 0)
    const seen = new Map<number, number>()
    moved.parts.forEach((part, row) => {
      assert.equal(part === LEFT_OUT, parts[row] === LEFT_OUT)
      if (part === LEFT_OUT) return
      assert.equal(seen.get(patients[row]!) ?? part, part)
      seen.set(patients[row]!, part)
    })
    assert.equal(moved.moved, moved.parts.filter((part, row) => part !== parts[row]).length)
    assert.equal(together(moved.parts, groups, patients).moved, 0)
  }
})
