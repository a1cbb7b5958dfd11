import { EXAMINED } from '#main/dicom/index.ts'
import type { Measures } from '#main/dicom/index.ts'
import type { FilmMeasures } from '#main/store/repositories/filmMeasures.ts'
import { lateralView } from '../../gate/checks.ts'
import { frontalFilm } from '../../gate/frontal.ts'
import { correlation, symmetry } from '../../gate/likeness.ts'

/** What is kept of a film's measures: the gate's own figures of the small picture instead of the picture. */
export function measuresToKeep(measures: Measures): FilmMeasures {
  const { width, height, pixels, hash, frequencies, mean, deviation, small } = measures
  return { width, height, pixels, hash, frequencies, mean, deviation, likeness: correlation(small, frontalFilm()), symmetry: symmetry(small, EXAMINED), lateral: lateralView(measures, '')?.name ?? '' }
}
