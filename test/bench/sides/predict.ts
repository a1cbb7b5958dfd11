/** Our prediction as the app does it: ONNX Runtime on grey pixels, one film a run; with `film`, from the DICOM file to probabilities and maps. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import { networkInput } from '#main/dicom/index.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'
import { openPredictor, readModel } from '#main/engine/inference/predictor.ts'
import { openSession } from '#main/engine/inference/session.ts'
import { architecture } from '#main/engine/model/architecture.ts'
import { initialise } from '#main/engine/model/initialise.ts'
import { exportState } from '#main/engine/model/weights/state.ts'
import { writeSafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { writeJson } from '#main/files/whole.ts'
import { serve, setting } from '../serve.ts'

export interface PredictSetting {
  batch: number
  size: number
  threads: number
  /** Predict this DICOM file instead of pixels in memory. */
  film?: string
}

const { batch, size, threads, film } = setting<PredictSetting>()
const folder = await mkdtemp(join(tmpdir(), 'xclassifier-bench-'))
const files = modelFiles(folder)
const net = architecture({ model: 'densenetblur121d', head: 'linear' })
await writeSafeTensors(files.weights, exportState(net, initialise(net, 1), 0, {}))
await writeJson(files.card, { format: 1, ...net.name, size, labels: LABELS })

if (film) {
  const predictor = await openPredictor(files, { threads })
  await serve({}, async () => predictor.predict(await networkInput(film, size)))
} else {
  const { network } = await readModel(files)
  const session = await openSession(network, size, { threads })
  const random = new Mersenne(7)
  const pixels = Uint8Array.from({ length: batch * size * size }, () => 256 * random.uniform())
  await serve({}, () => session.run(pixels))
}
await rm(folder, { recursive: true, force: true })
process.exit(0)
