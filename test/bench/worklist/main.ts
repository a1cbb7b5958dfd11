/** `npm run bench -- worklist [--json] [--rounds R] [--seconds S]`: ten thousand studies, half of them predicted; in the service and in Chromium. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LABELS } from '#shared/domain/labels.ts'
import { studyQuery } from '#shared/contracts/studies.ts'
import { writeTestModel } from '#main/services/models/testing.ts'
import { createServices, type Services } from '#main/services/index.ts'
import { openApp } from '../../e2e/host.ts'
import { scroll } from '../browser/scroll.ts'
import { median } from '../interleave.ts'
import { machineNow } from '../machine.ts'

const STUDIES = 10_000
/** Milliseconds of an action in the service. */
const LIMIT = 100
const { values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '15' }, seconds: { type: 'string', default: '8' } } })

const ACTIONS: Record<string, object> = {
  'newest first': {},
  'by name, deep in the list': { sort: 'patientName', descending: false, offset: 9_000 },
  'by status': { sort: 'status' },
  'by images': { sort: 'images' },
  'a name is typed': { search: 'doe 77' },
  'nothing is found': { search: 'nobody' },
  'new ones': { status: 'new' },
  'of a modality': { modality: 'CR', sort: 'description' },
}

async function fill(library: string): Promise<Services> {
  const services = createServices({ dataFolder: library, host: { kind: 'cli', fork: () => { throw new Error('nothing is trained here') }, emit: () => {} } })
  const { store } = services
  const model = await services.models.importFrom(await writeTestModel(join(library, '..', 'model')), 'Model')
  const scores = Float64Array.from(LABELS, (_, i) => (i + 1) / 15)
  const images = store.transaction(() => Array.from({ length: STUDIES }, (_, i) => addStudy(services, i)))
  store.predictions.add(images.filter((_, i) => i % 2).map((image) => ({ image, model: model.id, raw: scores, calibrated: null, thresholds: Float64Array.from(LABELS, () => 0.7), maps: null })))
  return services
}

/** @returns id of its film */
function addStudy({ store }: Services, i: number): string {
  const patient = store.patients.ensure({ dataset: null, patientId: `P${Math.floor(i / 2)}`, name: `DOE ${Math.floor(i / 2)}^SAM`, birthDate: '', sex: i % 4 < 2 ? 'F' : 'M' })
  const date = new Date(Date.UTC(2015, 0, 1 + (i % 3650))).toISOString().slice(0, 10).replaceAll('-', '')
  const study = store.studies.insert({ studyUid: `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`, patient, dataset: null, origin: 'opened', date, time: '', accession: '', modality: i % 3 ? 'DX' : 'CR', description: `Chest ${i % 7}`, age: 20 + (i % 70) })
  const series = store.series.ensure({ study, seriesUid: `2.25.9${i}`, number: 1, modality: 'DX', description: '' })
  const film = { sopUid: `2.25.8${i}`, number: 1, path: null, bytes: null, kind: 'dicom' as const, rows: 2048, columns: 2048, frames: 1, view: 'PA', laterality: '', lossy: false, transferSyntax: '' }
  store.images.insert({ series, ...film })
  return store.images.ofStudy(study)[0]!.id
}

const folder = await mkdtemp(join(tmpdir(), 'xclassifier-worklist-'))
try {
  const library = join(folder, 'library')
  const machine = machineNow()
  const services = await fill(library)
  const actions = Object.entries(ACTIONS).map(([name, query]) => {
    const times = Array.from({ length: Number(values.rounds) }, () => {
      const began = performance.now()
      services.studies.list(studyQuery.parse({ limit: 200, ...query }))
      return performance.now() - began
    })
    return { name, median: median(times), worst: Math.max(...times), limit: LIMIT }
  })
  await services.close()
  await using app = await openApp({ library })
  await app.page.goto(`${new URL(app.url).origin}/#/studies`)
  await app.page.getByRole('row', { name: /DOE/ }).first().waitFor()
  const scrolled = await app.page.evaluate(scroll, Number(values.seconds))
  machine.load[1] = loadavg()[0]!
  const lines = actions.map(({ name, median: middle, worst }) => `${name.padEnd(30)}${middle.toFixed(1).padStart(8)}${worst.toFixed(1).padStart(8)}${worst > LIMIT ? '  over' : ''}`)
  const words = [
    `${STUDIES} studies; milliseconds in the service (limit ${LIMIT})    median   worst`, ...lines,
    `Scrolling: ${scrolled.framesPerSecond.toFixed(1)} frames/s; a frame every ${scrolled.median.toFixed(1)} ms, 95 of 100 within ${scrolled.slow.toFixed(1)}; work of a frame ${scrolled.work.median.toFixed(1)} ms`,
    `${machine.cpu}, ${machine.cores} cores; load ${machine.load.map((load) => load.toFixed(1)).join(' to ')}; ${machine.date}`,
  ]
  process.stdout.write(values.json ? `${JSON.stringify({ studies: STUDIES, actions, scroll: scrolled, machine }, null, 1)}\n` : `${words.join('\n')}\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
