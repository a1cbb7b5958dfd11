import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from './connection.ts'
import type { Db } from './connection.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { AnnotationsRepository } from './repositories/annotations.ts'
import { AuditRepository } from './repositories/audit.ts'
import { CalibrationsRepository } from './repositories/calibrations.ts'
import { CheckpointsRepository } from './repositories/checkpoints.ts'
import { DatasetCopiesRepository } from './repositories/datasetCopies.ts'
import { DatasetFiltersRepository } from './repositories/datasetFilters.ts'
import { DatasetImagesRepository } from './repositories/datasetImages.ts'
import { DatasetsRepository } from './repositories/datasets.ts'
import { DecisionsRepository } from './repositories/decisions.ts'
import { EvaluationsRepository } from './repositories/evaluations.ts'
import { FilmMeasuresRepository } from './repositories/filmMeasures.ts'
import { ImagesRepository } from './repositories/images.ts'
import { JobsRepository } from './repositories/jobs.ts'
import { LabelEditsRepository } from './repositories/labelEdits.ts'
import { LabelsRepository } from './repositories/labels.ts'
import { ModelsRepository } from './repositories/models.ts'
import { PatientsRepository } from './repositories/patients.ts'
import { PredictionsRepository } from './repositories/predictions.ts'
import { QualityRepository } from './repositories/quality.ts'
import { ReportsRepository } from './repositories/reports.ts'
import { RunsRepository } from './repositories/runs.ts'
import { SeriesRepository } from './repositories/series.ts'
import { SettingsRepository } from './repositories/settings.ts'
import { SplitCopiesRepository } from './repositories/splitCopies.ts'
import { SplitsRepository } from './repositories/splits.ts'
import { StudiesRepository } from './repositories/studies.ts'
import { TelemetryRepository } from './repositories/telemetry.ts'

/** The library database: one repository an aggregate. They speak public ids and domain types; keys (integers) stay among them and the services. */
export interface Store {
  readonly file: string
  readonly patients: PatientsRepository
  readonly studies: StudiesRepository
  readonly series: SeriesRepository
  readonly images: ImagesRepository
  readonly datasets: DatasetsRepository
  readonly datasetImages: DatasetImagesRepository
  readonly datasetCopies: DatasetCopiesRepository
  readonly datasetFilters: DatasetFiltersRepository
  readonly labels: LabelsRepository
  readonly labelEdits: LabelEditsRepository
  readonly filmMeasures: FilmMeasuresRepository
  readonly quality: QualityRepository
  readonly splits: SplitsRepository
  readonly splitCopies: SplitCopiesRepository
  readonly runs: RunsRepository
  readonly telemetry: TelemetryRepository
  readonly checkpoints: CheckpointsRepository
  readonly models: ModelsRepository
  readonly calibrations: CalibrationsRepository
  readonly evaluations: EvaluationsRepository
  readonly predictions: PredictionsRepository
  readonly decisions: DecisionsRepository
  readonly reports: ReportsRepository
  readonly annotations: AnnotationsRepository
  readonly jobs: JobsRepository
  readonly audit: AuditRepository
  readonly settings: SettingsRepository
  /** All of `work` or nothing, waiting for another process's write first. `work` must not await. */
  transaction<T>(work: () => T): T
  close(): void
}

/** Open `library.db` of a data folder, made or migrated as needed. @throws DATABASE_TOO_NEW, DATABASE_CORRUPT */
export function openStore(dataFolder: string): Store {
  mkdirSync(dataFolder, { recursive: true })
  const db = openDatabase(join(dataFolder, 'library.db'))
  try {
    migrate(db, MIGRATIONS, join(dataFolder, 'backups'))
    return repositoriesOf(db)
  } catch (error) {
    db.close()
    throw error
  }
}

function repositoriesOf(db: Db): Store {
  const splits = new SplitsRepository(db)
  return {
    file: db.name,
    patients: new PatientsRepository(db),
    studies: new StudiesRepository(db),
    series: new SeriesRepository(db),
    images: new ImagesRepository(db),
    datasets: new DatasetsRepository(db),
    datasetImages: new DatasetImagesRepository(db, splits),
    datasetCopies: new DatasetCopiesRepository(db),
    datasetFilters: new DatasetFiltersRepository(db),
    labels: new LabelsRepository(db),
    labelEdits: new LabelEditsRepository(db),
    filmMeasures: new FilmMeasuresRepository(db),
    quality: new QualityRepository(db),
    splits,
    splitCopies: new SplitCopiesRepository(db),
    runs: new RunsRepository(db),
    telemetry: new TelemetryRepository(db),
    checkpoints: new CheckpointsRepository(db),
    models: new ModelsRepository(db),
    calibrations: new CalibrationsRepository(db),
    evaluations: new EvaluationsRepository(db),
    predictions: new PredictionsRepository(db),
    decisions: new DecisionsRepository(db),
    reports: new ReportsRepository(db),
    annotations: new AnnotationsRepository(db),
    jobs: new JobsRepository(db),
    audit: new AuditRepository(db),
    settings: new SettingsRepository(db),
    transaction: (work) => db.transaction(work).immediate(),
    close: () => void db.close(),
  }
}
