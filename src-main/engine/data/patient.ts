/** What a network may know of a patient besides the film (the paper's future work). */
export interface Patient {
  /** Years. */
  age: number | null
  sex: 'M' | 'F' | null
}

export const UNKNOWN_PATIENT: Patient = { age: null, sex: null }

/** Numbers of a patient: age / 100 (0 where missing), age missing, male, female, sex unknown. Written into model.json, since a model depends on it. */
export const PATIENT_FEATURES = ['age/100', 'age missing', 'male', 'female', 'sex unknown'] as const

/** Ages beyond are slips of the keyboard: the label file of NIH ChestX-ray14 has one of 414 years. */
const OLDEST = 120

/** Of what tables and headers say: `M`, `Male`, `female`, ... @param sex anything else is unknown */
export function patientOf(age: number | null, sex: string | null): Patient {
  const first = sex?.trim().charAt(0).toUpperCase()
  const known = age !== null && Number.isFinite(age) && age >= 0 && age <= OLDEST
  return { age: known ? age : null, sex: first === 'M' || first === 'F' ? first : null }
}

/** [rows, 5], row by row. */
export function encodePatients(patients: readonly Patient[]): Float32Array {
  const rows = patients.map(({ age, sex }) => [(age ?? 0) / 100, Number(age === null), Number(sex === 'M'), Number(sex === 'F'), Number(sex === null)])
  return Float32Array.from(rows.flat())
}
