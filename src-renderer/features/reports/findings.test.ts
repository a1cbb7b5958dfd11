import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../../../src-shared/domain/report.ts'
import { findingLines, withFinding } from './findings.ts'

const edema: Finding = { label: 'Edema', decision: 'accepted', note: 'mild' }
const fracture: Finding = { label: 'Fracture', decision: 'undecided', note: '' }

test('all labels are lines, with the number of the model and the word of the reader', () => {
  const lines = findingLines({ findings: [edema] }, { scores: [{ label: 'Edema', raw: 0.5, calibrated: null, threshold: 0.5 }] })
  assert.equal(lines.length, 14)
  assert.deepEqual(lines.find(({ label }) => label === 'Edema'), { ...edema, probability: 0.5, over: true })
  assert.deepEqual(lines.find(({ label }) => label === 'Fracture'), { ...fracture, probability: null, over: false })
})

test('changing one finding leaves the others as and where they are', () => {
  const findings = [edema, fracture]
  assert.deepEqual(withFinding(findings, 'Edema', { decision: 'rejected' }), [{ ...edema, decision: 'rejected' }, fracture])
  assert.deepEqual(withFinding(findings, 'Pneumonia', { note: 'left' }), [edema, fracture, { label: 'Pneumonia', decision: 'undecided', note: 'left' }])
  assert.deepEqual(findings, [edema, fracture])
})
