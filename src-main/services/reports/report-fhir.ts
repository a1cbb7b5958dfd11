import { hash } from 'node:crypto'
import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import { displayName } from '#shared/domain/study.ts'
import type { Code } from '#main/dicom/index.ts'
import { coding } from './coding.ts'
import { isoDate, isPositive, signature, type FindingRow, type ReportContent } from './content.ts'
import { modelFacts, provenanceText } from './dicom/provenance.ts'
import { validUid } from './film-references.ts'

type Resource = { resourceType: string; id: string } & Record<string, unknown>
interface Reference { reference: string }

/** Code systems by designator (HL7 terminology); ours is named by a UID-free URN, since nobody serves it. */
const SYSTEMS: Record<string, string> = { SCT: 'http://snomed.info/sct', DCM: 'http://dicom.nema.org/resources/ontology/DCM', '99XCLASSIFIER': 'urn:x-xclassifier:codes' }
const INTERPRETATION = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation'
const GENDER: Record<string, string> = { F: 'female', M: 'male', O: 'other' }

/**
 * The report as a FHIR R4 Bundle (a collection): DiagnosticReport, an Observation for each label, ImagingStudy, Patient, the model and the
 * program as Devices, and Provenance. Ids follow from the report, so that the same report gives the same ids; what nobody signed is preliminary.
 */
export function reportFhir(content: ReportContent): string {
  const { report, study, provenance } = content
  const idOf = (part: string) => stableUuid(`${study.uid} ${report.id} ${report.version} ${part}`)
  const at = (part: string): Reference => ({ reference: `urn:uuid:${idOf(part)}` })
  const observed = content.findings.map((row) => observation(row, content, idOf(`observation ${row.label}`), at))
  const resources: Resource[] = [
    diagnosticReport(content, idOf('report'), at),
    ...observed,
    imagingStudy(content, idOf('study'), at),
    patient(content, idOf('patient')),
    ...(content.model ? [modelDevice(content, idOf('model'))] : []),
    { resourceType: 'Device', id: idOf('program'), deviceName: [{ name: provenance.app, type: 'model-name' }], version: [{ value: provenance.version }] },
    {
      resourceType: 'Provenance',
      id: idOf('provenance'),
      target: [at('report')],
      recorded: provenance.exportedAt,
      agent: [{ type: { text: 'Assembled by' }, who: at('program') }, ...(content.model ? [{ type: { text: 'Probabilities by' }, who: at('model') }] : [])],
    },
  ]
  const bundle = {
    resourceType: 'Bundle',
    id: idOf('bundle'),
    meta: { tag: [{ ...codingOf(coding().concepts.notice), display: NOT_FOR_DIAGNOSTIC_USE }] },
    type: 'collection',
    timestamp: provenance.exportedAt,
    entry: resources.map((resource) => ({ fullUrl: `urn:uuid:${resource.id}`, resource })),
  }
  return `${JSON.stringify(bundle, null, 2)}\n`
}

function diagnosticReport(content: ReportContent, id: string, at: (part: string) => Reference): Resource {
  const { report, study, findings, provenance } = content
  const gate = content.prediction?.gate.map((reason) => `Predicted against the advice of the input check: ${reason}`) ?? []
  const words = [NOT_FOR_DIAGNOSTIC_USE, ...gate, report.text, report.impression, signature(report) ?? '', provenanceText(provenance)].filter(Boolean)
  const paragraphs = words.map((text) => `<p>${escaped(text).replaceAll('\n', '<br/>')}</p>`).join('')
  return {
    resourceType: 'DiagnosticReport',
    id,
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${paragraphs}</div>` },
    status: !report.signedAt ? 'preliminary' : report.addendumTo ? 'amended' : 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'RAD', display: 'Radiology' }] }],
    code: concept(coding().concepts.procedure),
    subject: at('patient'),
    ...effective(study.date),
    issued: report.updatedAt,
    ...(findings.length && { result: findings.map(({ label }) => at(`observation ${label}`)) }),
    imagingStudy: [at('study')],
    conclusion: [report.impression, `${NOT_FOR_DIAGNOSTIC_USE}.`].filter(Boolean).join('\n'),
  }
}

function observation(row: FindingRow, content: ReportContent, id: string, at: (part: string) => Reference): Resource {
  const { labels, decisions, concepts } = coding()
  const part = (name: Code, value: number | null) => (value === null ? [] : [{ code: concept(name), valueQuantity: quantity(value) }])
  return {
    resourceType: 'Observation',
    id,
    status: 'preliminary',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'imaging', display: 'Imaging' }] }],
    code: { ...concept(labels[row.label]), text: row.label },
    subject: at('patient'),
    ...effective(content.study.date),
    ...(row.probability !== null && row.threshold !== null && { interpretation: [{ coding: [interpretation(isPositive(row))] }] }),
    ...(row.note && { note: [{ text: row.note }] }),
    ...(content.model && row.probability !== null && { device: at('model') }),
    derivedFrom: [at('study')],
    component: [
      ...part(concepts.probability, row.probability),
      ...part(concepts.calibrated, row.calibrated),
      ...part(concepts.threshold, row.threshold),
      { code: concept(concepts.decision), valueCodeableConcept: concept(decisions[row.decision]) },
    ],
  }
}

function imagingStudy({ study, films }: ReportContent, id: string, at: (part: string) => Reference): Resource {
  const known = films.filter(({ seriesInstanceUid, sopClassUid }) => seriesInstanceUid && sopClassUid)
  const series = [...Map.groupBy(known, (film) => film.seriesInstanceUid!)].map(([uid, of]) => ({
    uid,
    modality: { system: SYSTEMS.DCM, code: of[0]!.modality },
    instance: of.map((film) => ({ uid: film.sopInstanceUid, sopClass: { system: 'urn:ietf:rfc:3986', code: `urn:oid:${film.sopClassUid}` } })),
  }))
  const header = films.find((film) => film.header)?.header
  return {
    resourceType: 'ImagingStudy',
    id,
    identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:${header?.studyInstanceUid ?? validUid(study.uid)}` }],
    status: 'available',
    subject: at('patient'),
    ...(fhirDate(study.date) && { started: fhirDate(study.date) }),
    ...(study.description && { description: study.description }),
    ...(series.length && { series }),
  }
}

/** What tells the patient from another, and no more. */
function patient({ patient: { id: identifier, name, sex } }: ReportContent, id: string): Resource {
  const [family, given] = (name.split('=')[0] ?? '').split('^')
  const spoken = { ...(family && { family }), ...(given && { given: [given] }), ...(name && { text: displayName(name) || name }) }
  return {
    resourceType: 'Patient',
    id,
    ...(identifier.trim() && { identifier: [{ value: identifier.trim() }] }),
    ...(name.trim() && { name: [spoken] }),
    gender: GENDER[sex] ?? 'unknown',
  }
}

function modelDevice({ model, provenance }: ReportContent, id: string): Resource {
  return {
    resourceType: 'Device',
    id,
    ...(provenance.weightsHash && { identifier: [{ system: 'urn:x-xclassifier:weights-sha256', value: provenance.weightsHash }] }),
    deviceName: [{ name: model!.name, type: 'model-name' }],
    version: [{ value: String(model!.version) }],
    note: [...modelFacts(provenance).map(([name, value]) => ({ text: `${name}: ${value}` })), { text: NOT_FOR_DIAGNOSTIC_USE }],
  }
}

const codingOf = ({ code, scheme, meaning }: Code) => ({ system: SYSTEMS[scheme], code, display: meaning })
const concept = (of: Code) => ({ coding: [codingOf(of)] })
const quantity = (value: number) => ({ value, system: 'http://unitsofmeasure.org', code: '1' })
const interpretation = (positive: boolean) => (positive ? { system: INTERPRETATION, code: 'POS', display: 'Positive' } : { system: INTERPRETATION, code: 'NEG', display: 'Negative' })
const effective = (date: string) => (fhirDate(date) ? { effectiveDateTime: fhirDate(date) } : {})

/** A whole date, or nothing. */
function fhirDate(da: string): string | null {
  const date = isoDate(da)
  return /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(date) ? date : null
}

/** XHTML of a narrative takes no control characters. */
const escaped = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b-\u001f]/g, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The same text gives the same UUID (RFC 9562, version 8). */
function stableUuid(text: string): string {
  const hex = hash('sha256', text)
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}
