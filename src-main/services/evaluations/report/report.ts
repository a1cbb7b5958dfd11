import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import { writeWhole } from '#main/files/whole.ts'
import type { EvaluationsService } from '../evaluations.ts'
import { predictionsCsv } from './csv.ts'
import { evaluationHtml } from './html.ts'
import { evaluationJson } from './json.ts'

export const EVALUATION_FORMATS = ['html', 'json', 'csv'] as const
export type EvaluationFormat = (typeof EVALUATION_FORMATS)[number]

/** Name of each file in a report's folder. */
const FILES: Record<EvaluationFormat, string> = { html: 'evaluation.html', json: 'evaluation.json', csv: 'predictions.csv' }

/** The text of one file of an evaluation. */
export function renderEvaluation(evaluations: EvaluationsService, id: string, format: EvaluationFormat): string {
  if (format === 'csv') return predictionsCsv(evaluations.judgement(id))
  const evaluation = evaluations.get(id)
  return format === 'html' ? evaluationHtml(evaluation) : evaluationJson(evaluation)
}

/** All files of an evaluation into a folder that the user named. @returns their paths */
export async function writeEvaluation(evaluations: EvaluationsService, id: string, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const paths: string[] = []
  for (const format of EVALUATION_FORMATS) {
    const path = join(folder, FILES[format])
    await saveEvaluation(evaluations, id, format, path)
    paths.push(path)
  }
  return paths
}

/** One file of an evaluation to where the user said. @throws REPORT_NOT_WRITTEN */
export async function saveEvaluation(evaluations: EvaluationsService, id: string, format: EvaluationFormat, path: string): Promise<void> {
  const content = renderEvaluation(evaluations, id, format)
  await writeWhole(path, content).catch((cause: unknown) => {
    throw new CodedError('REPORT_NOT_WRITTEN', 'The evaluation could not be written.', { file: path, cause, remedy: 'Choose another folder, or make room on the disk.' })
  })
}
