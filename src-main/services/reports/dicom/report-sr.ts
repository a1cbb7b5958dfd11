import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import { codedItem, container, derivedUid, imageItem, numberItem, textItem, uidItem, writeStructuredReport, type Code, type Dataset } from '#main/dicom/index.ts'
import { coding, PRIVATE_SCHEME } from '../coding.ts'
import { isPositive, type FindingRow, type ReportContent } from '../content.ts'
import { algorithm, provenanceText } from './provenance.ts'
import { identityOf, readableFilms, uidsOf, type ReadableFilm } from './sources.ts'

const dcm = (code: string, meaning: string): Code => ({ code, scheme: 'DCM', meaning })
const NO_UNITS: Code = { code: '1', scheme: 'UCUM', meaning: 'no units' }
const FINDING = dcm('121071', 'Finding')
const SERIES_NUMBER = 9001

/**
 * The report as a DICOM Comprehensive SR after TID 1500, Measurement Report: a measurement group (TID 1501) for each label with the coded
 * finding, the model (TID 4019), its numbers inferred from the film, and the reader's decision beside them.
 * @throws CodedError REPORT_NEEDS_FILM, APP_BROKEN
 */
export function reportSr(content: ReportContent): Uint8Array {
  const films = readableFilms(content)
  const { report, provenance } = content
  return writeStructuredReport({
    ...identityOf(content),
    ...uidsOf(content, 'sr'),
    equipment: { manufacturer: provenance.app, model: provenance.app, version: provenance.version },
    seriesNumber: SERIES_NUMBER,
    seriesDescription: `Report by model and reader. ${NOT_FOR_DIAGNOSTIC_USE}`,
    instanceNumber: Math.max(1, report.version),
    writtenAt: new Date(provenance.exportedAt),
    complete: content.findings.every(({ decision }) => decision !== 'undecided'),
    completeness: NOT_FOR_DIAGNOSTIC_USE,
    verified: report.signedBy && report.signedAt ? { by: report.signedBy, organization: 'not stated', at: new Date(report.signedAt) } : null,
    procedure: coding().concepts.procedure,
    evidence: films,
    schemes: [{ designator: PRIVATE_SCHEME, name: `Private codes of ${provenance.app}`, uid: derivedUid(PRIVATE_SCHEME) }],
    content: root(content, films),
  })
}

function root(content: ReportContent, films: ReadableFilm[]): Dataset {
  const groups = content.findings.map((row) => measurementGroup(row, content, films))
  return container(
    null,
    dcm('126000', 'Imaging Measurement Report'),
    [
      codedItem('HAS CONCEPT MOD', dcm('121049', 'Language of Content Item and Descendants'), { code: 'en', scheme: 'RFC5646', meaning: 'English' }),
      ...observer(content),
      codedItem('HAS CONCEPT MOD', dcm('121058', 'Procedure reported'), coding().concepts.procedure),
      container('CONTAINS', dcm('111028', 'Image Library'), [container('CONTAINS', dcm('126200', 'Image Library Group'), films.map((film) => imageItem('CONTAINS', null, film)))]),
      ...(groups.length ? [container('CONTAINS', dcm('126010', 'Imaging Measurements'), groups)] : []),
      container('CONTAINS', { code: 'C0034375', scheme: 'UMLS', meaning: 'Qualitative Evaluations' }, words(content)),
    ],
    '1500',
  )
}

/** The program observes (TID 1002, TID 1004); who read the films is not kept. */
const observer = ({ provenance: { app, version } }: ReportContent): Dataset[] => [
  codedItem('HAS OBS CONTEXT', dcm('121005', 'Observer Type'), dcm('121007', 'Device')),
  uidItem('HAS OBS CONTEXT', dcm('121012', 'Device Observer UID'), derivedUid(`${app} ${version}`)),
  textItem('HAS OBS CONTEXT', dcm('121013', 'Device Observer Name'), app),
  textItem('HAS OBS CONTEXT', dcm('121015', 'Device Observer Model Name'), `${app} ${version}`),
]

function measurementGroup(row: FindingRow, content: ReportContent, films: ReadableFilm[]): Dataset {
  const { labels, decisions, concepts } = coding()
  const film = films.find(({ sopInstanceUid }) => sopInstanceUid === content.prediction?.film)
  const source = film ? [imageItem('INFERRED FROM', dcm('121112', 'Source of Measurement'), film)] : []
  const number = (name: Code, value: number | null, from: Dataset[]) => (value === null ? [] : [numberItem('CONTAINS', name, value, NO_UNITS, from)])
  return container(
    'CONTAINS',
    dcm('125007', 'Measurement Group'),
    [
      textItem('HAS OBS CONTEXT', dcm('112039', 'Tracking Identifier'), row.label),
      uidItem('HAS OBS CONTEXT', dcm('112040', 'Tracking Unique Identifier'), derivedUid(`xclassifier finding ${content.study.uid} ${row.label}`)),
      codedItem('CONTAINS', FINDING, labels[row.label]),
      ...(row.probability === null ? [] : algorithm(content)),
      ...number(concepts.probability, row.probability, source),
      ...number(concepts.calibrated, row.calibrated, source),
      ...number(concepts.threshold, row.threshold, []),
      ...(row.probability === null || row.threshold === null ? [] : [codedItem('CONTAINS', concepts.overThreshold, isPositive(row) ? concepts.yes : concepts.no)]),
      codedItem('CONTAINS', concepts.decision, decisions[row.decision]),
      ...(row.note ? [textItem('CONTAINS', dcm('121106', 'Comment'), row.note)] : []),
    ],
    '1501',
  )
}

/** What the reader wrote, and what every export says. */
function words(content: ReportContent): Dataset[] {
  const { concepts } = coding()
  const { text, impression } = content.report
  return [
    textItem('CONTAINS', concepts.notice, NOT_FOR_DIAGNOSTIC_USE),
    ...(content.prediction?.gate ?? []).map((reason) => textItem('CONTAINS', dcm('121106', 'Comment'), `Predicted against the advice of the input check: ${reason}`)),
    ...(text ? [textItem('CONTAINS', FINDING, text)] : []),
    ...(impression ? [textItem('CONTAINS', dcm('121073', 'Impression'), impression)] : []),
    textItem('CONTAINS', concepts.provenance, provenanceText(content.provenance)),
  ]
}
