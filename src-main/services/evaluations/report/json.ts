import type { Evaluation } from '#shared/domain/evaluation.ts'
import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'

/** What scripts read: everything said, and that it is not for diagnostic use. */
export const evaluationJson = (evaluation: Evaluation): string => `${JSON.stringify({ notice: NOT_FOR_DIAGNOSTIC_USE, ...evaluation }, null, 1)}\n`
