import { calibrate } from './calibrate.ts'
import type { Command } from './command.ts'
import { datasetDecisions } from './datasetDecisions.ts'
import { datasetExport } from './datasetExport.ts'
import { datasetImport } from './datasetImport.ts'
import { datasetLabels } from './datasetLabels.ts'
import { datasetPack } from './datasetPack.ts'
import { datasetQuality } from './datasetQuality.ts'
import { datasetSplit } from './datasetSplit.ts'
import { datasetStats } from './datasetStats.ts'
import { deidentify } from './deidentify.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { evaluate } from './evaluate.ts'
import { experiment } from './experiment.ts'
import { datasetList, modelsList, runsList, studiesList } from './lists.ts'
import { lrFind } from './lrFind.ts'
import { modelsImport } from './modelsImport.ts'
import { predict } from './predict.ts'
import { receive } from './receive.ts'
import { render } from './render.ts'
import { report } from './report.ts'
import { resume, stop, train } from './train.ts'
import { send } from './send.ts'
import { weights } from './weights.ts'
import { worker } from './worker.ts'

/** Every command, in the order of the help; a new one is a file of its own and a line here. */
export const COMMANDS: readonly Command[] = [
  datasetImport,
  datasetList,
  datasetStats,
  datasetLabels,
  datasetSplit,
  datasetExport,
  datasetDecisions,
  datasetPack,
  datasetQuality,
  train,
  resume,
  stop,
  worker,
  lrFind,
  weights,
  studiesList,
  runsList,
  modelsImport,
  modelsList,
  evaluate,
  experiment,
  calibrate,
  predict,
  render,
  report,
  send,
  receive,
  deidentify,
  demo,
  doctor,
]
