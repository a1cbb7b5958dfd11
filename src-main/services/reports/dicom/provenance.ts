import { NOT_FOR_DIAGNOSTIC_USE, type Provenance } from '#shared/domain/report.ts'
import { textItem, type Dataset } from '#main/dicom/index.ts'
import type { ReportContent } from '../content.ts'

const ALGORITHM = (code: string, meaning: string) => ({ code, scheme: 'DCM', meaning })

/** Algorithm Identification, TID 4019: the model and what tells it from another of the same name; nothing without a model. */
export function algorithm({ model, provenance }: ReportContent): Dataset[] {
  if (!model) return []
  return [
    textItem('HAS CONCEPT MOD', ALGORITHM('111001', 'Algorithm Name'), model.name),
    textItem('HAS CONCEPT MOD', ALGORITHM('111003', 'Algorithm Version'), String(model.version)),
    ...modelFacts(provenance).map(([name, value]) => textItem('HAS CONCEPT MOD', ALGORITHM('111002', 'Algorithm Parameters'), `${name}: ${value}`)),
  ]
}

/** What is known of the model, by name. */
export function modelFacts({ model, weightsHash, dataset, split, policy }: Provenance): [string, string][] {
  const facts: [string, string | null][] = [['Model', model], ['Weights SHA-256', weightsHash], ['Training data', dataset], ['Split', split], ['Label policy', policy]]
  return facts.filter((fact): fact is [string, string] => fact[1] !== null)
}

/** Provenance in words, a fact a line. */
export function provenanceText(provenance: Provenance): string {
  const { app, version, exportedAt } = provenance
  return [`${app} ${version}`, ...modelFacts(provenance).map(([name, value]) => `${name}: ${value}`), `Exported: ${exportedAt}`, NOT_FOR_DIAGNOSTIC_USE].join('\n')
}
