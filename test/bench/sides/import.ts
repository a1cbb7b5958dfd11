/** Our import as the app does it: films of a folder are filed in a fresh library and become what a network sees, in two workers. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServices } from '#main/services/index.ts'
import { importNow } from '#main/services/testing/library.ts'
import { serve, setting } from '../serve.ts'

export interface ImportSetting {
  folder: string
  count: number
  size: number
  workers: number
}

const { folder, count, size } = setting<ImportSetting>()
const files = (await readdir(folder)).sort().slice(0, count).map((name) => join(folder, name))
const data = await mkdtemp(join(tmpdir(), 'xclassifier-bench-'))
const fork = () => {
  throw new Error('an import runs no processes')
}
let library = 0
/** Each step imports into a library of its own, its decoders started with it. */
async function step(): Promise<Uint8Array[]> {
  const services = createServices({ dataFolder: join(data, `${++library}`), host: { kind: 'cli', fork, emit: () => {} } })
  try {
    const job = await importNow(services, files, { as: 'studies' })
    if (job.state !== 'finished' || job.skippedCount) throw new Error(`${job.state}, ${job.skippedCount} films skipped`)
    return await Promise.all(files.map((path) => services.pool.run({ task: 'input', path, size })))
  } finally {
    await services.close()
  }
}

const [first] = await step()
await serve({ first: Buffer.from(first!).toString('hex') }, step)
await rm(data, { recursive: true, force: true })
process.exit(0)
