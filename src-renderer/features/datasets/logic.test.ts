import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAPER_POLICY } from '../../../src-shared/domain/labels.ts'
import { cellSentence, percentText, shareRows } from './cooccurrence.ts'
import { carrying, filterChips, NO_FILTER, toggleLabel } from './filter.ts'
import { segments } from './labelBars.ts'
import { policyName } from './policy.ts'
import { leakSentence, ratiosProblem, shareText } from './splitForm.ts'

test('a label is asked for with one value at a time', () => {
  const one = toggleLabel(NO_FILTER, 'Edema', 'positive')
  const two = toggleLabel(one, 'Edema', 'uncertain')
  assert.deepEqual(two.labels, [{ label: 'Edema', value: 'uncertain' }])
  assert.deepEqual(toggleLabel(two, 'Edema', 'uncertain').labels, [])
  assert.deepEqual(toggleLabel(one, 'Fracture', 'blank').labels.map(({ label }) => label), ['Edema', 'Fracture'])
  assert.deepEqual(NO_FILTER, { search: '', labels: [] }, 'the empty filter is not written to')
})

test('every condition has a chip that takes away just that one', () => {
  const filter = { ...carrying(['Edema', 'Edema', 'Fracture']), sex: '', ageFrom: 40, ageTo: undefined, view: 'AP', split: 'sp1', part: 'val' as const, search: ' patient00001 ' }
  const chips = filterChips(filter)
  assert.deepEqual(chips.map(({ text }) => text), ['Edema: positive', 'Fracture: positive', 'Sex: unknown', 'Age 40–', 'View: AP', 'Part: Validation', 'Path has "patient00001"'])
  for (const { without } of chips) assert.equal(filterChips(without).length, chips.length - 1)
  assert.equal(filterChips({ ...NO_FILTER, split: 'sp1' }).length, 0)
})

test('shares are of the row label, as in Table 2 of the paper', () => {
  // Ten images: four with A, two of them with B as well; nobody has C.
  const matrix = { labels: ['Atelectasis', 'Cardiomegaly', 'Consolidation'] as const, counts: [[4, 2, 0], [2, 5, 0], [0, 0, 0]] }
  const rows = shareRows(matrix, 10)
  assert.deepEqual(rows.map(({ all }) => all), [40, 50, 0])
  assert.deepEqual(rows[0]!.shares, [100, 50, 0])
  assert.deepEqual(rows[1]!.shares, [40, 100, 0])
  assert.deepEqual(rows[2]!.shares, [null, null, null])
  assert.equal(shareRows(matrix, 0)[0]!.all, null)
  assert.match(cellSentence(matrix, 10, 1, 0), /^Of the 5 images with Cardiomegaly, 2 \(40 %\) also carry Atelectasis\.$/)
  assert.match(cellSentence(matrix, 10, 0, -1), /^4 of 10 images \(40 %\) carry Atelectasis\.$/)
  assert.match(cellSentence(matrix, 10, 2, 0), /^No image carries Consolidation/)
})

test('per cents are whole, and what is there never reads as nothing', () => {
  assert.deepEqual([null, 0, 0.2, 0.5, 15.7, 100].map(percentText), ['–', '0', '<1', '1', '16', '100'])
  assert.deepEqual([0, 0.0004, 0.0341, 0.862].map(shareText), ['0 %', '<0.1 %', '3.4 %', '86 %'])
})

test('bars fill their width and leave out what is not there', () => {
  const bar = segments({ label: 'Edema', positive: 25, negative: 0, uncertain: 25, blank: 50 })
  assert.deepEqual(bar.map(({ value, from, width }) => [value, from, width]), [['positive', 0, 25], ['uncertain', 25, 25], ['blank', 50, 50]])
  assert.deepEqual(segments({ label: 'Edema', positive: 0, negative: 0, uncertain: 0, blank: 0 }), [])
})

test('policies have their name in the field', () => {
  assert.equal(policyName(PAPER_POLICY), 'U-Zeros')
  assert.equal(policyName({ uncertain: 'ignore', blank: 'ones', dropWithoutPositive: false }), 'U-Ignore, blanks positive, all rows')
  assert.equal(policyName({ ...PAPER_POLICY, labels: { Edema: { uncertain: 'ones' } } }), 'U-Zeros, 1 label by its own rule')
})

test('three shares must make a hundred', () => {
  assert.equal(ratiosProblem([80, 10, 10]), undefined)
  assert.equal(ratiosProblem([33.4, 33.3, 33.3]), undefined)
  assert.match(ratiosProblem([80, 10, 20])!, /sum to 110/)
  assert.match(ratiosProblem([80, null, 20])!, /three shares/)
  assert.match(ratiosProblem([0, 50, 50])!, /train on/)
})

test('a leak is told in words', () => {
  assert.match(leakSentence({ test: 100, leakage: { patients: 0.862, studies: 0.24 } }), /^86 % of the test images show a patient .* 24 % a study/)
  assert.match(leakSentence({ test: 100, leakage: { patients: 0.2, studies: 0 } }), /in training: the model/)
  assert.match(leakSentence({ test: 100, leakage: { patients: 0, studies: 0 } }), /^No patient/)
  assert.match(leakSentence({ test: 0, leakage: { patients: 0, studies: 0 } }), /no test set/)
})
