/**
 * For the kill test: import a CSV's labels into a library, as a process of its own that kills itself when it has written the film of row
 * KILLAT, and not yet the row. `node importProcess.ts DATA CSV KILLAT`
 */
import { createServices } from '../index.ts'

const [dataFolder = '', csv = '', killAt = ''] = process.argv.slice(2)
const fork = () => {
  throw new Error('no processes here')
}
const services = createServices({ dataFolder, host: { kind: 'cli', fork, emit: () => {} } })
const { datasetImages } = services.store
const insert = datasetImages.insert.bind(datasetImages)
datasetImages.insert = (row) => {
  if (row.row === Number(killAt)) process.kill(process.pid, 'SIGKILL')
  insert(row)
}
await services.jobs.ended(services.importing.start({ paths: [csv], as: 'dataset', labelsOnly: true, name: 'killed' }).id)
await services.close()
