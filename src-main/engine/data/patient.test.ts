import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodePatients, PATIENT_FEATURES, patientOf, UNKNOWN_PATIENT } from './patient.ts'

test('age and sex as tables and headers say them; what is missing or absurd is marked as missing', () => {
  const patients = [patientOf(50, 'Male'), patientOf(0, 'F'), patientOf(414, 'Unknown'), patientOf(null, 'O'), patientOf(NaN, 'female'), UNKNOWN_PATIENT]
  assert.deepEqual([...encodePatients(patients)], [0.5, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1])
  assert.equal(encodePatients(patients).length, patients.length * PATIENT_FEATURES.length)
})
