import type { HandlersOf, InputOf, OutputOf } from './define.ts'
import { annotationsContract } from './annotations.ts'
import { datasetsContract } from './datasets.ts'
import { decisionsContract } from './decisions.ts'
import { experimentsContract } from './experiments.ts'
import { deidentifyContract } from './deidentify.ts'
import { evaluationsContract } from './evaluations.ts'
import { importingContract } from './importing.ts'
import { labelsContract } from './labels.ts'
import { modelsContract } from './models.ts'
import { networkContract } from './network.ts'
import { qualityContract } from './quality.ts'
import { reportsContract } from './reports.ts'
import { settingsContract } from './settings.ts'
import { studiesContract } from './studies.ts'
import { trainingContract } from './training.ts'
import { weightsContract } from './weights.ts'

/** Every request between a page and the main process. */
export const contract = {
  ...studiesContract,
  ...annotationsContract,
  ...importingContract,
  ...datasetsContract,
  ...labelsContract,
  ...qualityContract,
  ...trainingContract,
  ...experimentsContract,
  ...modelsContract,
  ...evaluationsContract,
  ...decisionsContract,
  ...reportsContract,
  ...settingsContract,
  ...weightsContract,
  ...networkContract,
  ...deidentifyContract,
}

export type Requests = typeof contract
export type RequestName = keyof Requests
export type RequestInput<K extends RequestName> = InputOf<Requests[K]>
export type RequestOutput<K extends RequestName> = OutputOf<Requests[K]>
export type Handlers = HandlersOf<Requests>

export type { Events, EventName } from './events.ts'
