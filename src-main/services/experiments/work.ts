import { join } from 'node:path'
import type { RunRow } from '#shared/contracts/training.ts'
import { TABLE_DEFAULTS, type Experiment } from '#shared/domain/experiment.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import { writeJson, writeWhole } from '#main/files/whole.ts'
import { deriveDatasets } from './derive.ts'
import { markdownOf } from './document.ts'
import type { ExperimentParts } from './experiments.ts'
import { measure } from './measure.ts'
import type { StoredExperiment, StoredRow } from './record.ts'

interface Desk {
  folder: string
  /** Keep the record as it now is, and tell the pages. */
  save(): Promise<void>
  view(): Experiment
  signal: AbortSignal
}

/**
 * Fill in the rows that have no figures, one run after the other, and write the table after each. What fails costs its own row; a run that
 * somebody stops stops the table. Never rejects: the record says how it ended.
 */
export async function workOn(parts: ExperimentParts, stored: StoredExperiment, desk: Desk): Promise<void> {
  let stopped = false
  try {
    await derive(parts, stored, desk)
    for (const row of stored.rows) {
      if (row.measured || row.absent !== null) continue
      if (desk.signal.aborted) stopped = true
      if (stopped) break
      stopped = (await fill(parts, stored, row, desk)) === 'stopped'
      await publish(desk)
    }
    stored.state = stopped ? 'stopped' : stored.rows.some(({ error }) => error) ? 'failed' : 'finished'
  } catch (error) {
    stored.state = desk.signal.aborted ? 'stopped' : 'failed'
    const first = stored.rows.find(({ measured, absent }) => !measured && absent === null)
    if (first && !desk.signal.aborted) first.error = toErrorShape(error)
  }
  Object.assign(stored, { pid: null, endedAt: new Date().toISOString() })
  await desk.save()
  await publish(desk)
}

/** Table 4's two data sets, where they are not there yet. */
async function derive(parts: ExperimentParts, stored: StoredExperiment, { folder, save, signal }: Desk): Promise<void> {
  if (stored.derived || !stored.rows.some(({ films }) => films)) return
  const { request, share, id } = stored
  const { sets, images, unreadable, made } = await deriveDatasets(parts, parts.store.datasets.get(stored.dataset), { folder: join(folder, 'films'), share, seed: request.seed, tag: id }, signal)
  stored.derived = sets
  stored.provenance.notes.push(
    `${images} films take part${unreadable ? `; ${unreadable} could not be read` : ''}.`,
    ...(made.dicom ? [`${made.dicom} DICOM films were made from pictures and hold the same grey values: of them the formats differ in time alone.`] : []),
    ...(made.jpeg ? [`${made.jpeg} JPEGs were made from films of other formats: DICOM films as displayed, equalised as in MIMIC-CXR-JPG, quality 95.`] : []),
  )
  await save()
}

async function fill(parts: ExperimentParts, stored: StoredExperiment, row: StoredRow, { save, signal }: Desk): Promise<'done' | 'stopped'> {
  const stop = (): void => void (row.run && parts.training.stop(row.run).catch(() => {}))
  try {
    const run = await begin(parts, stored, row)
    row.run = run.id
    await save()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    const end = await parts.training.ended(run.id)
    if (end.state === 'failed') row.error = end.reason ?? { code: 'RUN_FAILED', message: 'The run failed.' }
    if (end.state !== 'finished') return end.state === 'failed' ? 'done' : 'stopped'
    const measured = await measure(parts, { id: run.id, dataset: datasetOf(stored, row) })
    const read = row.films && stored.derived?.[row.films].minutesToRead
    row.measured = { ...measured, figures: { ...measured.figures, ...(read !== undefined && { minutesToRead: read }) } }
  } catch (error) {
    // A program that closes ends its jobs: that is no fault of the row.
    if (signal.aborted) return 'stopped'
    row.error = toErrorShape(error)
  } finally {
    signal.removeEventListener('abort', stop)
    await save()
  }
  return 'done'
}

const datasetOf = ({ dataset, derived }: StoredExperiment, { films }: StoredRow): string => (films ? derived![films].dataset : dataset)

/** The row's run: the one it had, gone on with where it stood; or one that was begun and not yet noted when the program was killed; or a new one. */
async function begin({ training }: ExperimentParts, stored: StoredExperiment, row: StoredRow): Promise<RunRow> {
  const name = `${TABLE_DEFAULTS[stored.table].title.split(':')[0]}, ${row.title} (${stored.id})`
  const known = training.list().find((run) => (row.run === null ? run.name === name : run.id === row.run))
  if (!known) return training.start({ ...stored.request, ...row.asked, dataset: datasetOf(stored, row), name })
  if (known.state === 'finished') return known
  if (known.state === 'running' || known.state === 'queued') throw new CodedError('RUN_ACTIVE', `The run "${known.name}" is ${known.state} in another program.`, { remedy: 'Wait for its end, then go on with the table.' })
  return training.resume(known.id)
}

/** `table.json` and `table.md` in the experiment's folder, whole at any time. */
async function publish({ folder, view }: Desk): Promise<void> {
  await writeTable(folder, view())
}

/** @param folder must exist */
export async function writeTable(folder: string, experiment: Experiment): Promise<{ json: string; markdown: string }> {
  const files = { json: join(folder, 'table.json'), markdown: join(folder, 'table.md') }
  await writeJson(files.json, experiment)
  await writeWhole(files.markdown, markdownOf(experiment))
  return files
}
