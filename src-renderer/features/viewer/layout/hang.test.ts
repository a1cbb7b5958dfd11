import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImageRow, StudyDetail } from '../../../../src-shared/domain/study.ts'
import { hang, isLateral, type Layout } from './hang.ts'

const study = (id: string, ...views: string[]) => ({ id, imagesOf: views.map((view, i) => ({ id: `${id}${i}`, view }) as ImageRow) }) as StudyDetail
const hung = (layout: Layout, of: StudyDetail, prior: StudyDetail | null = null, at = 0): (string | undefined)[] => hang(layout, of, of.imagesOf[at]!, prior).map((pane) => pane?.image.id)

test('frontal and lateral hang side by side in that order, however the study has them', () => {
  assert.deepEqual(hung('views', study('a', 'LL', 'PA')), ['a1', 'a0'])
  assert.deepEqual(hung('views', study('a', 'AP', 'PA'), null, 1), ['a1', 'a0'], 'two frontals: the current one first')
  assert.deepEqual(hung('views', study('a', 'PA')), ['a0', undefined])
  assert.deepEqual(hung('views', study('a', 'PA'), study('b', 'PA')), ['a0', 'b0'], 'a prior where there is no second view')
})

test('a prior hangs beside the current film with the same view', () => {
  const prior = study('b', 'PA', 'LATERAL')
  assert.deepEqual(hung('prior', study('a', 'PA', 'LL'), prior), ['a0', 'b0'])
  assert.deepEqual(hung('prior', study('a', 'PA', 'LL'), prior, 1), ['a1', 'b1'])
  assert.deepEqual(hung('prior', study('a', 'LL'), study('b', 'PA')), ['a0', 'b0'], 'the only one')
  assert.deepEqual(hung('prior', study('a', 'PA')), ['a0', undefined])
})

test('four: both views now above both views before; without a prior what else there is', () => {
  assert.deepEqual(hung('four', study('a', 'PA', 'LL'), study('b', 'LL', 'AP')), ['a0', 'a1', 'b1', 'b0'])
  assert.deepEqual(hung('four', study('a', 'PA', 'LL', 'PA')), ['a0', 'a1', 'a2', undefined])
  assert.deepEqual(hung('one', study('a', 'PA', 'LL'), null, 1), ['a1'])
})

test('views by their position', () => {
  assert.deepEqual(['LL', 'RL', 'Lateral', 'PA', 'AP', 'Frontal', ''].map((view) => isLateral({ view })), [true, true, true, false, false, false, false])
})
