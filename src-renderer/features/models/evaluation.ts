import type { RequestOutput } from '../../../src-shared/contracts/index.ts'

/** An evaluation with what it was of. */
export type EvaluationShown = RequestOutput<'models.evaluate'> & { title: string }
