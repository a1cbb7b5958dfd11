import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageSex, auc, bytes, dicomDate, duration, probability, rate } from './format.ts'

test('numbers are written as the surface promises', () => {
  assert.equal(probability(0.834), '0.83')
  assert.equal(auc(0.88649), '0.886')
  assert.equal(auc(null), '–')
  assert.deepEqual([rate(0.456), rate(12.34), rate(1204.4)], ['0.46', '12.3', '1,204'])
  assert.deepEqual([bytes(0), bytes(999), bytes(1400), bytes(1.4e9), bytes(512e6)], ['0 B', '999 B', '1.4 kB', '1.4 GB', '512 MB'])
})

test('durations read like speech', () => {
  assert.deepEqual([duration(0.42), duration(9), duration(65), duration(4320), duration(59.6)], ['0.4 s', '9 s', '1 min 05 s', '1 h 12 min', '1 min 00 s'])
})

test('dates that are none stay as they are', () => {
  assert.equal(dicomDate('unknown'), 'unknown')
  assert.match(dicomDate('20240131'), /2024/)
})

test('age and sex leave out what is not known', () => {
  assert.deepEqual([ageSex(63, 'M'), ageSex(null, 'F'), ageSex(7, null), ageSex(null, null)], ['63 M', 'F', '7', ''])
})
