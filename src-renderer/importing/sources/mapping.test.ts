import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mapping, SourceTable } from '../../../src-shared/domain/sources.ts'
import { tableToExplain } from './mapping.ts'

const mapping: Mapping = { file: 'image', labels: { kind: 'columns', columns: {} } }
const tableOf = (path: string, rest: Partial<SourceTable> = {}): SourceTable => ({ path, format: null, mapping: null, remembered: false, vocabulary: null, ...rest }) as SourceTable
const asked = (tables: SourceTable[], paths: string[], as: 'auto' | 'dataset') => {
  const answer = tableToExplain(tables, paths, as)
  return answer && [answer.table.path, answer.optional]
}

test('who opens a folder of films with a table that names them is asked about it, and may leave it aside; a data set without its table is none', () => {
  const named = tableOf('/a/findings.csv', { mapping })
  assert.deepEqual(asked([named], ['/a'], 'auto'), ['/a/findings.csv', true])
  assert.deepEqual(asked([named], ['/a'], 'dataset'), ['/a/findings.csv', false])
})

test('a table that names no films is asked about only where it was chosen, or is all there is of a data set', () => {
  const prices = tableOf('/a/prices.csv')
  assert.equal(asked([prices], ['/a'], 'auto'), null)
  assert.deepEqual(asked([prices], ['/a'], 'dataset'), ['/a/prices.csv', false])
  assert.deepEqual(asked([prices], ['/a/prices.csv'], 'auto'), ['/a/prices.csv', false])
})

test('beside tables of a known set nobody is asked about others', () => {
  const known = tableOf('/a/train.csv', { format: 'chexpert' })
  assert.equal(asked([known, tableOf('/a/more.csv', { mapping })], ['/a'], 'auto'), null)
})
