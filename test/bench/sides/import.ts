/** Our import as the app does it: films of a folder are filed in a library and become what a network sees, by warm decoders; each step fills a library of its own. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDecodePool } from '#main/dicom/index.ts'
import type { Host } from '#main/host/host.ts'
import { ImportingService } from '#main/services/importing/importing.ts'
import { foldersOf } from '#main/services/folders.ts'
import { JobsService } from '#main/services/jobs/jobs.ts'
import { openStore } from '#main/store/index.ts'
import { serve, setting } from '../serve.ts'

export interface ImportSetting {
  folder: string
  count: number
  size: number
  workers: number
}

const { folder, count, size, workers } = setting<ImportSetting>()
const files = (await readdir(folder)).sort().slice(0, count).map((name) => join(folder, name))
const data = await mkdtemp(join(tmpdir(), 'xclassifier-bench-'))
const fork = () => {
  throw new Error('an import runs no processes')
}
const host: Host = { kind: 'cli', fork, emit: () => {} }
const pool = createDecodePool({ workers })
let library = 0

async function step(): Promise<Uint8Array[]> {
  const store = openStore(join(data, `${++library}`))
  const jobs = new JobsService(store, host)
  try {
    const importing = new ImportingService(store, host, pool, jobs, foldersOf(join(data, `${library}`)))
    const job = await jobs.ended(importing.start({ paths: files, as: 'studies', labelsOnly: false }).id)
    if (job.state !== 'finished' || job.skippedCount) throw new Error(`${job.state}, ${job.skippedCount} films skipped`)
    return await Promise.all(files.map((path) => pool.run({ task: 'input', path, size })))
  } finally {
    await jobs.close()
    store.close()
  }
}

const [first] = await step()
await serve({ first: Buffer.from(first!).toString('hex') }, step)
await pool.close()
await rm(data, { recursive: true, force: true })
process.exit(0)
