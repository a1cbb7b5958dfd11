import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '#shared/errors.ts'
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
    await writeWhole(path, renderEvaluation(evaluations, id, format))
    paths.push(path)
  }
  return paths
}

/** A temporary file beside it, synced, then renamed. */
export async function writeWhole(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    {
      await using file = await open(temporary, 'wx')
      await file.writeFile(content)
      await file.sync()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new CodedError('REPORT_NOT_WRITTEN', 'The evaluation could not be written.', { file: path, cause, remedy: 'Choose another folder, or make room on the disk.' })
  }
}
