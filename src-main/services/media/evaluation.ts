import { renderEvaluation, type EvaluationFormat } from '../evaluations/report/report.ts'
import { bytes } from './index.ts'
import type { MediaRoute } from './index.ts'

const TYPES: Record<EvaluationFormat, string> = { html: 'text/html; charset=utf-8', json: 'application/json', csv: 'text/csv; charset=utf-8' }

/** An evaluation as a file to download. */
export const evaluation: MediaRoute = {
  pattern: /^\/media\/evaluation\/([^/]+)\.(html|json|csv)$/,
  answer({ evaluations }, [id = '', format = '']) {
    const response = bytes(Buffer.from(renderEvaluation(evaluations, id, format as EvaluationFormat)), TYPES[format as EvaluationFormat], 0)
    response.headers.set('Content-Disposition', `attachment; filename="evaluation-${id}.${format}"`)
    return Promise.resolve(response)
  },
}
