/** For the kill test: import a CSV's labels into a library, as a process of its own. `node importProcess.ts DATA CSV` */
import { createServices } from '../index.ts'

const [dataFolder = '', csv = ''] = process.argv.slice(2)
const fork = () => {
  throw new Error('no processes here')
}
const services = createServices({
  dataFolder,
  host: { kind: 'cli', fork, emit: (name, payload) => void (name === 'job' && process.send?.(payload)) },
})
await services.jobs.ended(services.importing.start({ paths: [csv], as: 'dataset', labelsOnly: true, name: 'killed' }).id)
await services.close()
