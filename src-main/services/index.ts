import type { Handlers } from '#shared/contracts/index.ts'
import { createDecodePool } from '#main/dicom/index.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Host } from '#main/host/host.ts'
import { openStore } from '#main/store/index.ts'
import type { Store } from '#main/store/index.ts'
import { AnnotationsService } from './annotations/annotations.ts'
import { annotationsHandlers } from './annotations/handlers.ts'
import { DatasetsService } from './datasets/datasets.ts'
import { datasetsHandlers } from './datasets/handlers.ts'
import { PacksService } from './datasets/packs.ts'
import { qualityHandlers } from './datasets/quality/handlers.ts'
import { QualityService } from './datasets/quality/quality.ts'
import { DecisionsService } from './decisions/decisions.ts'
import { decisionsHandlers } from './decisions/handlers.ts'
import { DeidentifyService } from './deidentify/deidentify.ts'
import { deidentifyHandlers } from './deidentify/handlers.ts'
import { EvaluationsService } from './evaluations/evaluations.ts'
import { evaluationsHandlers } from './evaluations/handlers.ts'
import { ExperimentsService } from './experiments/experiments.ts'
import { experimentsHandlers } from './experiments/handlers.ts'
import { foldersOf } from './folders.ts'
import type { Folders } from './folders.ts'
import { importingHandlers } from './importing/handlers.ts'
import { ensureReference } from './gate/references.ts'
import { ImportingService } from './importing/importing.ts'
import { JobsService } from './jobs/jobs.ts'
import { labelsHandlers } from './labels/handlers.ts'
import { LabelsService } from './labels/labels.ts'
import { modelsHandlers } from './models/handlers.ts'
import { ModelsService } from './models/models.ts'
import { networkHandlers } from './network/handlers.ts'
import { NetworkService } from './network/network.ts'
import { PredictionsService } from './predictions/predictions.ts'
import { reportsHandlers } from './reports/handlers.ts'
import { ReportExportsService } from './reports/exporting.ts'
import { ReportsService } from './reports/reports.ts'
import { SamplesService } from './samples/samples.ts'
import { settingsHandlers } from './settings/handlers.ts'
import { SettingsService } from './settings/settings.ts'
import { SystemService } from './settings/system.ts'
import { studiesHandlers } from './studies/handlers.ts'
import { StudiesService } from './studies/studies.ts'
import { trainingHandlers } from './training/handlers.ts'
import { RunPreparation } from './training/preparing.ts'
import { TrainingService } from './training/training.ts'
import { weightsHandlers } from './weights/handlers.ts'
import { WeightsService } from './weights/weights.ts'
import { TrialsService } from './training/trials.ts'

export { createMedia } from './media/index.ts'
export type { Media } from './media/index.ts'

/** Everything the program can do, over one library. */
export interface Services {
  readonly host: Host
  readonly folders: Folders
  readonly store: Store
  readonly pool: DecodePool
  readonly jobs: JobsService
  readonly settings: SettingsService
  readonly system: SystemService
  readonly studies: StudiesService
  readonly annotations: AnnotationsService
  readonly datasets: DatasetsService
  readonly labels: LabelsService
  readonly packs: PacksService
  readonly quality: QualityService
  readonly importing: ImportingService
  readonly samples: SamplesService
  readonly models: ModelsService
  readonly evaluations: EvaluationsService
  readonly predictions: PredictionsService
  readonly decisions: DecisionsService
  readonly reports: ReportsService
  readonly reportExports: ReportExportsService
  readonly network: NetworkService
  readonly deidentify: DeidentifyService
  readonly training: TrainingService
  readonly weights: WeightsService
  readonly experiments: ExperimentsService
  readonly trials: TrialsService
  /** True once `close` was called. */
  readonly closed: boolean
  /** End runs, jobs and decoders, close the database. */
  close(): Promise<void>
}

/** @throws DATABASE_TOO_NEW, DATABASE_CORRUPT */
export function createServices({ dataFolder, host }: { dataFolder: string; host: Host }): Services {
  const folders = foldersOf(dataFolder)
  const store = openStore(dataFolder)
  const pool = createDecodePool()
  const jobs = new JobsService(store, host)
  const settings = new SettingsService(store, host)
  const system = new SystemService(store, host, folders, settings)
  const studies = new StudiesService(store, host)
  const annotations = new AnnotationsService(store, host)
  const datasets = new DatasetsService(store, host, jobs)
  const labels = new LabelsService(store, host, jobs, settings)
  const packs = new PacksService(store, folders, pool)
  const quality = new QualityService({ store, pool, host, jobs, settings })
  const importing = new ImportingService(store, host, pool, jobs, folders)
  const samples = new SamplesService(store, host, jobs, importing, datasets)
  const models = new ModelsService(store, host, folders)
  const evaluations = new EvaluationsService({ store, pool, packs, models }, host, jobs)
  const predictions = new PredictionsService(store, host, pool, jobs, models)
  const decisions = new DecisionsService(store, host, settings)
  const reports = new ReportsService(store, host, pool, decisions)
  const reportExports = new ReportExportsService(store, jobs, reports)
  const network = new NetworkService({ store, host, folders, pool, importing, jobs, reports })
  const deidentify = new DeidentifyService(store, pool, jobs)
  const weights = new WeightsService(folders, settings, jobs)
  const preparation = new RunPreparation(store, folders, settings, packs)
  const training = new TrainingService({ store, host, folders, settings, models, preparation, reference: (model, dataset, watch) => ensureReference({ store, pool, packs, models }, model, dataset, watch) })
  const experiments = new ExperimentsService({ store, host, folders, pool, jobs, importing, training, evaluations, system })
  const trials = new TrialsService(jobs, training)
  if (host.kind !== 'cli') {
    samples.loadIfNew()
    void network.begin()
  }
  let closed = false
  return {
    host, folders, store, pool, jobs, settings, system, studies, annotations, datasets, labels, packs, quality, importing, samples, models, evaluations, predictions, decisions, reports, reportExports, network, deidentify, training, weights, trials, experiments,
    get closed() {
      return closed
    },
    async close() {
      if (closed) return
      closed = true
      const tables = experiments.close()
      await network.close()
      await training.close()
      await jobs.close()
      await tables
      await models.close()
      await pool.close()
      store.close()
    },
  }
}

/** One handlers file a feature, joined here and nowhere else. */
export function createHandlers(services: Services): Handlers {
  return {
    ...studiesHandlers(services),
    ...annotationsHandlers(services),
    ...importingHandlers(services),
    ...datasetsHandlers(services),
    ...qualityHandlers(services),
    ...labelsHandlers(services),
    ...trainingHandlers(services),
    ...experimentsHandlers(services),
    ...modelsHandlers(services),
    ...evaluationsHandlers(services),
    ...decisionsHandlers(services),
    ...reportsHandlers(services),
    ...settingsHandlers(services),
    ...networkHandlers(services),
    ...deidentifyHandlers(services),
    ...weightsHandlers(services),
  }
}
