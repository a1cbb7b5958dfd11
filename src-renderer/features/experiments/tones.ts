import type { ExperimentState } from '../../../src-shared/domain/experiment.ts'
import type { Tone } from '../../ui/types.ts'

export const TONES: Record<ExperimentState, Tone> = { running: 'accent', stopped: 'neutral', failed: 'danger', interrupted: 'neutral', finished: 'success' }
