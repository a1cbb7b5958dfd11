/** Reports whose bundles are golden; as a program, writes the bundles for make.py to have them judged. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import type { ReportContent } from '#main/services/reports/content.ts'
import { reportFhir } from '#main/services/reports/report-fhir.ts'

const AT = '2024-02-01T08:30:00.000Z'
const FILM = {
  sopInstanceUid: '1.2.3.4.5.1.1', fileName: 'film.dcm', view: 'PA', rows: 300, columns: 200, lossy: false,
  sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1', seriesInstanceUid: '1.2.3.4.5.1', modality: 'DX', problem: null, header: null,
}

const signed: ReportContent = {
  report: { id: 'rp_1', version: 3, createdAt: AT, updatedAt: AT, signedBy: 'Dr. Ä. Reader', signedAt: AT, addendumTo: 2, text: 'The heart is "enlarged" <&>.\nSecond line.', impression: 'Cardiomegaly.' },
  patient: { name: '山田^太郎=山田^太郎=やまだ^たろう', id: 'P-7', sex: 'M', age: 61 },
  study: { uid: '1.2.3.4.5', date: '20240131', modality: 'DX', description: 'Chest PA' },
  findings: LABELS.map((label, i) => ({ label, probability: i / 14, calibrated: i % 2 ? i / 15 : null, threshold: 0.5, decision: (['accepted', 'rejected', 'uncertain', 'undecided'] as const)[i % 4]!, note: i === 2 ? 'A note\nin two lines' : '' })),
  films: [FILM, { ...FILM, sopInstanceUid: '1.2.3.4.5.1.2', view: 'LL' }],
  keyImages: [{ film: FILM.sopInstanceUid, label: 'Edema' }],
  prediction: { id: 'pr_1', createdAt: AT, film: FILM.sopInstanceUid, gate: ['The film is in colour; the model knows grey ones.'] },
  model: { name: 'Test model', version: 2, architecture: 'densenet121', head: 'linear', size: 224 },
  provenance: {
    app: 'Xclassifier Desktop', version: '1.0.0', model: 'Test model (densenet121, linear head, 224 px)', weightsHash: 'ab'.repeat(32), dataset: 'A set', split: 'by patient, 80/10/10, seed 1',
    policy: 'uncertain: ones, not mentioned: zeros', thresholds: Object.fromEntries(LABELS.map((label) => [label, 0.5])), exportedAt: AT,
  },
}

/** No prediction, no name, no date, a film that cannot be opened any more. */
const bare: ReportContent = {
  report: { ...signed.report, version: 1, signedBy: null, signedAt: null, addendumTo: null, text: '', impression: '' },
  patient: { name: '', id: '', sex: '', age: null },
  study: { uid: 'not a uid', date: '2024', modality: '', description: '' },
  findings: [],
  films: [{ ...FILM, sopClassUid: null, seriesInstanceUid: null, problem: 'NOT_FOUND' }],
  keyImages: [],
  prediction: null,
  model: null,
  provenance: { ...signed.provenance, model: null, weightsHash: null, dataset: null, split: null, policy: null, thresholds: {} },
}

/** The reader's words alone, with control characters pasted in. */
const words: ReportContent = {
  ...bare,
  report: { ...bare.report, text: 'Tab\tand bell\u0007.\r\nNext.', impression: ' ', signedBy: 'B', signedAt: AT },
  patient: { name: 'DOE^', id: ' X ', sex: 'O', age: 3 },
  study: { ...signed.study, date: '19991231' },
  findings: [{ label: 'Edema', probability: null, calibrated: null, threshold: null, decision: 'accepted', note: '' }],
}

export const CONTENTS: Record<string, ReportContent> = { signed, bare, words }

if (import.meta.main) {
  mkdirSync(join(import.meta.dirname, 'bundles'), { recursive: true })
  for (const [name, content] of Object.entries(CONTENTS)) writeFileSync(join(import.meta.dirname, 'bundles', `${name}.json`), reportFhir(content))
}
