import { NOT_FOR_DIAGNOSTIC_USE, type Report } from '#shared/domain/report.ts'
import { writeSecondaryCapture, type Code, type DecodePool } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import { coding } from '../coding.ts'
import type { ReportContent } from '../content.ts'
import { uidOf } from '../film-references.ts'
import { displayed, mapOf } from '../key-images.ts'
import { burnIn } from './burned-in.ts'
import { provenanceText } from './provenance.ts'
import { identityOf, readableFilms, uidsOf } from './sources.ts'

const SOURCE: Code = { code: '121322', scheme: 'DCM', meaning: 'Source image for image processing operation' }
const SERIES_NUMBER = 9002

/**
 * The first key image that can be opened, as a DICOM Secondary Capture: the film under the heat map of its label, or plain where none is
 * kept, with notice and model burned in below it.
 * @throws CodedError REPORT_NEEDS_FILM, and as `decodeFrame` does
 */
export async function reportSc(store: Store, pool: DecodePool, report: Report, content: ReportContent): Promise<Uint8Array> {
  const films = readableFilms(content)
  const key = report.keyImages.find(({ image }) => films.some((film) => film.sopInstanceUid === uidOf(store, image)))
  const prediction = report.prediction === null ? null : store.predictions.get(report.prediction)
  const id = key?.image ?? prediction!.image
  const film = films.find(({ sopInstanceUid }) => sopInstanceUid === uidOf(store, id))!
  const map = key?.label ? mapOf(store, id, key.label, prediction) : null
  const label = map && key ? key.label : null
  const { provenance } = content
  const made = provenance.model === null ? '' : `. Model ${provenance.model}, version ${content.model?.version ?? '?'}, weights ${provenance.weightsHash?.slice(0, 12) ?? '?'}`
  const shown = label ? `Heat map: where the model sees evidence for ${label}` : 'Film without a heat map'
  return writeSecondaryCapture({
    ...identityOf(content),
    ...uidsOf(content, 'sc'),
    equipment: { manufacturer: provenance.app, model: provenance.app, version: provenance.version },
    seriesNumber: SERIES_NUMBER,
    seriesDescription: `Key image of the report. ${NOT_FOR_DIAGNOSTIC_USE}`,
    instanceNumber: Math.max(1, report.version),
    writtenAt: new Date(provenance.exportedAt),
    ...(await burnIn(await displayed(pool, store.images.get(id)), map, `${NOT_FOR_DIAGNOSTIC_USE}.\n${shown}${made}. ${provenance.app} ${provenance.version}`)),
    derivation: `${shown}. ${provenanceText(provenance).replaceAll('\n', '; ')}`,
    derivationCode: coding().concepts.heatMap,
    source: { ...film, purpose: SOURCE },
    lossy: film.lossy,
  })
}
