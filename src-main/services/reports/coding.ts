import { readFileSync } from 'node:fs'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import type { Decision } from '#shared/domain/report.ts'
import { CodedError } from '#shared/errors.ts'
import type { Code } from '#main/dicom/index.ts'
import { resource } from '../app.ts'

/** Designator of the codes that no public scheme has. */
export const PRIVATE_SCHEME = '99XCLASSIFIER'

/** `resources/coding/findings.json`. */
export interface Coding {
  labels: Record<Label, Code>
  decisions: Record<Decision, Code>
  concepts: Record<'procedure' | 'probability' | 'calibrated' | 'threshold' | 'overThreshold' | 'yes' | 'no' | 'decision' | 'provenance' | 'notice' | 'heatMap', Code>
}

let table: Coding | undefined

/** The table of coded concepts. @throws CodedError APP_BROKEN */
export function coding(): Coding {
  if (table) return table
  const file = resource('coding', 'findings.json')
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Coding
    if (!LABELS.every((label) => read.labels[label].code)) throw new TypeError('A label has no code.')
    return (table = read)
  } catch (cause) {
    throw new CodedError('APP_BROKEN', 'The table of coded concepts is missing or broken.', { file, cause, remedy: 'Install the app again.' })
  }
}
