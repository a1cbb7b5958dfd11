import type { ExperimentTable, Provenance } from '#shared/domain/experiment.ts'
import { TABLE_DEFAULTS } from '#shared/domain/experiment.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { SystemService } from '../settings/system.ts'
import type { RunRequest } from '../training/config.ts'
import type { StoredExperiment } from './record.ts'

/** What a reader has to know to judge the figures, or to make them again. */
export async function provenanceOf(system: SystemService, { name, images, patients }: StoredDataset, table: ExperimentTable, request: RunRequest, share: number): Promise<Provenance> {
  const { app, version, libtensorflow, platform, devices } = await system.info()
  return {
    app: `${app} ${version}`,
    tensorflow: libtensorflow.version,
    platform,
    cpu: devices.cpu,
    cores: devices.cores,
    gpus: devices.gpus.map((gpu) => gpu.name),
    dataset: name,
    images,
    patients,
    command: commandOf(table, name, request, share),
    notes: notesOf(table, request, share),
  }
}

/** Options that a request differs by from what the table would take. */
function commandOf(table: ExperimentTable, dataset: string, request: RunRequest, share: number): string {
  const { epochs, model } = TABLE_DEFAULTS[table]
  const options: [string, unknown, unknown][] = [
    ['epochs', request.epochs, epochs], ['model', request.model, model], ['size', request.size, 224], ['batch', request.batch, undefined], ['workers', request.workers, undefined],
    ['device', request.device, 'auto'], ['init', request.init, undefined], ['split', request.split, 'patient'], ['split-seed', request.splitSeed, 42], ['seed', request.seed, 42],
    ['lr', request.lr, 1e-3], ['preset', request.preset, 'as-described'], ['head', request.head, 'linear'], ['augment', request.augment, 'paper'], ['share', share, 100],
  ]
  const given = options.filter(([, value, usual]) => value !== undefined && value !== usual).map(([option, value]) => `--${option} ${String(value)}`)
  return [`xclassifier experiment ${table} --dataset ${JSON.stringify(dataset)}`, ...given].join(' ')
}

function notesOf(table: ExperimentTable, { split, init, preset }: RunRequest, share: number): string[] {
  return [
    split === 'image' ? 'Split by image as in the paper: patients are on both sides, which flatters the figures.' : 'No patient is on two sides; the paper split by image, which flatters its figures.',
    ...(init === 'random' ? ['Trained from random weights; the paper began with ImageNet\'s.'] : []),
    ...(preset === 'as-released' ? ['Schedule as in the published script.'] : []),
    ...(table === 'table4' ? [`${share} % of the patients. Films are decoded once, into a pack; the paper decoded them in every epoch, so its minutes compare with both of our columns added.`] : []),
    ...(table === 'table5' ? ['The batch is that of each process, so the global batch grows with the processes, as in the paper.'] : []),
  ]
}

/** Times are worth no more than the quiet of the machine that they were taken on. */
export function loadNotes({ rows, provenance: { cores } }: Pick<StoredExperiment, 'rows' | 'provenance'>): string[] {
  const loads = rows.flatMap(({ measured }) => measured?.load ?? [])
  if (!loads.length) return []
  const shared = loads.some((load) => load > 1.5 * cores) ? ': the machine was busy with other work too, so the times are worth little' : ''
  return [`Load of the machine over the last 15 minutes, after each row: ${loads.map((load) => load.toFixed(1)).join(', ')} on ${cores} cores${shared}.`]
}
