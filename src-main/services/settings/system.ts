import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'
import type { RuntimeInfo } from '#shared/contracts/settings.ts'
import { toErrorShape } from '#shared/errors.ts'
import { locateLibtensorflow } from '#main/engine/runtime/locate.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import { appVersion } from '../app.ts'
import type { Folders } from '../folders.ts'
import { listGpus } from './gpus.ts'
import type { SettingsService } from './settings.ts'

/** What is installed and what the machine has. Loads no TensorFlow: that is the trainer's. */
export class SystemService {
  readonly #store: Store
  readonly #host: Host
  readonly #folders: Folders
  readonly #settings: SettingsService

  constructor(store: Store, host: Host, folders: Folders, settings: SettingsService) {
    this.#store = store
    this.#host = host
    this.#folders = folders
    this.#settings = settings
  }

  async info(): Promise<RuntimeInfo> {
    const processors = cpus()
    return {
      app: 'Xclassifier Desktop',
      version: appVersion(),
      host: this.#host.kind,
      platform: `${process.platform}-${process.arch}`,
      node: process.versions.node,
      electron: process.versions['electron'] ?? null,
      dataFolder: this.#folders.data,
      databaseBytes: statSync(this.#store.file).size,
      libtensorflow: this.#libtensorflow(),
      addon: await addon(),
      onnxruntime: packageVersion('onnxruntime-node'),
      devices: { cpu: processors[0]?.model.trim() ?? 'unknown', cores: processors.length, memoryTotal: totalmem(), gpus: await listGpus() },
    }
  }

  #libtensorflow(): RuntimeInfo['libtensorflow'] {
    try {
      const { path, source, descriptor } = locateLibtensorflow({ setting: this.#settings.get().libtensorflowPath })
      return { path, version: /\d+\.\d+\.\d+/.exec(descriptor ?? path)?.[0] ?? null, source, problem: null }
    } catch (error) {
      const { message, remedy } = toErrorShape(error)
      return { path: null, version: null, source: null, problem: [message, remedy].filter(Boolean).join(' ') }
    }
  }
}

/** The addon binds libtensorflow when it is told to, so that loading it alone is cheap. */
async function addon(): Promise<RuntimeInfo['addon']> {
  try {
    const { loadAddon } = await import('#main/engine/runtime/addon.ts')
    loadAddon()
    return { ok: true, problem: null }
  } catch (error) {
    return { ok: false, problem: toErrorShape(error).message }
  }
}

function packageVersion(name: string): string | null {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string }
    return version
  } catch {
    return null
  }
}
