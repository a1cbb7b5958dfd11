/** Child of the benchmark: imports the label files of a folder into a library; says how long it took and how much memory. */
import { openLibrary, peak } from './library.ts'
import { NAME } from './publicSet.ts'

const [, , data = '', labels = ''] = process.argv
const services = openLibrary(data)
const began = performance.now()
const job = await services.jobs.ended(services.importing.start({ paths: [labels], as: 'dataset', name: NAME, labelsOnly: true }).id)
if (job.state !== 'finished') throw new Error(`the import ${job.state}: ${job.error?.message}`)
const seconds = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage()
const { images } = services.datasets.get(NAME)
process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, images, peak: peak() })}\n`)
await services.close()
