import { root } from '../setup/paths.mjs'
import { endWith, print, runFiles } from './execute.mjs'
import { gpuFiles, needsTwo } from './files.mjs'
import { Tally } from './report.mjs'

const timeoutMs = 20 * 60 * 1000

const filters = process.argv.slice(2)
const gpus = Number(process.env.XCLASSIFIER_TEST_GPUS)
const files = gpuFiles(root, gpus, filters)
for (const name of gpuFiles(root, 2, filters).filter((name) => gpus < 2 && needsTwo(name))) print(`not run: ${name} needs two GPUs, and here is one`)
const tally = new Tally()
if (files.length === 0) tally.check('GPU tests', false, `no file matches ${filters.join(' ')}`)
await runFiles(tally, files, { concurrency: 1, timeoutMs })
endWith(tally)
