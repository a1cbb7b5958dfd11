import { displayName, type StudyRow } from '../../../src-shared/domain/study.ts'
import type { Tone } from '../../ui/types.ts'
import { strings as t } from './strings.ts'

export const patientOf = (study: Pick<StudyRow, 'patientName' | 'patientId'>): string =>
  displayName(study.patientName) || (study.patientId ? t.anonymous(study.patientId) : t.noName)

export const STATUS_TONES: Record<StudyRow['status'], Tone> = { new: 'neutral', predicted: 'accent', reviewed: 'positive', reported: 'success' }
