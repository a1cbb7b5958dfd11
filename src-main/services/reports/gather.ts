import { LABELS } from '#shared/domain/labels.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { Finding, Provenance, Report } from '#shared/domain/report.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import { appVersion } from '../app.ts'
import type { FindingRow, ReportContent } from './content.ts'
import { filmReferences, uidOf } from './film-references.ts'

/** Everything a report says, out of the library and the heads of its films. */
export async function gatherContent(store: Store, pool: DecodePool, report: Report): Promise<ReportContent> {
  const study = store.studies.get(report.study)
  const prediction = report.prediction === null ? null : store.predictions.get(report.prediction)
  const model = prediction && store.models.get(prediction.model)
  return {
    report,
    patient: { name: study.patientName, id: study.patientId, sex: study.sex ?? '', age: study.age },
    study: { uid: study.studyInstanceUid, date: study.date, modality: study.modality, description: study.description },
    findings: findingRows(report.findings, prediction),
    films: await filmReferences(store, pool, report, prediction?.image ?? null),
    keyImages: report.keyImages.map(({ image, label }) => ({ film: uidOf(store, image), label })),
    prediction: prediction && { id: prediction.id, createdAt: prediction.createdAt, film: uidOf(store, prediction.image), gate: prediction.gate.map(({ message }) => message) },
    model: model && { name: model.name, version: model.version, architecture: model.architecture, head: model.head, size: model.size },
    provenance: provenanceOf(store, model, prediction),
  }
}

/** All 14 labels where there is a prediction, else those that the reader spoke of. */
function findingRows(findings: readonly Finding[], prediction: Prediction | null): FindingRow[] {
  const scores = new Map(prediction?.scores.map((score) => [score.label, score]))
  const words = new Map(findings.map((finding) => [finding.label, finding]))
  return LABELS.filter((label) => scores.has(label) || words.has(label)).map((label) => {
    const score = scores.get(label)
    const { decision, note } = words.get(label) ?? { decision: 'undecided' as const, note: '' }
    return { label, probability: score?.raw ?? null, calibrated: score?.calibrated ?? null, threshold: score?.threshold ?? null, decision, note }
  })
}

function provenanceOf(store: Store, model: StoredModel | null, prediction: Prediction | null): Provenance {
  const config = model?.config ?? null
  const thresholds = Object.fromEntries(prediction?.scores.map(({ label, threshold }) => [label, threshold]) ?? [])
  return {
    app: 'Xclassifier Desktop',
    version: appVersion(),
    model: model && `${model.name} (${model.architecture}, ${model.head} head, ${model.size} px)`,
    weightsHash: model?.weightsHash ?? null,
    dataset: datasetName(store, model),
    split: config && splitWords(config),
    policy: config && policyWords(config),
    thresholds,
    exportedAt: new Date().toISOString(),
  }
}

/** The name as the run knew it, when the data set is gone. */
function datasetName(store: Store, model: StoredModel | null): string | null {
  if (!model) return null
  return (model.dataset && store.datasets.find(model.dataset)?.name) ?? (model.run && store.runs.get(model.run).datasetName) ?? null
}

function splitWords({ split, preset, ratios, splitSeed, allowLeakage }: RunConfig): string {
  const parts = split === 'file' ? "the set's own list" : preset === 'as-released' ? `by ${split}, as released, seed ${splitSeed}` : `by ${split}, ${ratios.join('/')}, seed ${splitSeed}`
  return allowLeakage ? `${parts}; patients may be on both sides: ${allowLeakage}` : parts
}

function policyWords({ policy }: RunConfig): string {
  const { uncertain, blank, dropWithoutPositive } = policy
  return `uncertain: ${uncertain}, not mentioned: ${blank}${dropWithoutPositive ? ', rows without a positive label dropped' : ''}`
}
