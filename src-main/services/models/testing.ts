import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import type { Host } from '#main/host/host.ts'
import { architecture, type ArchitectureName } from '#main/engine/model/architecture.ts'
import { initialise } from '#main/engine/model/initialise.ts'
import { writeSafeTensors, type SafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { exportState } from '#main/engine/model/weights/state.ts'
import { createServices, type Services } from '../index.ts'

/** For tests: a library in a temporary folder, without pages to tell. */
export interface TestLibrary extends AsyncDisposable {
  services: Services
  folder: string
  /** What was emitted, by name. */
  events: string[]
}

export async function openTestLibrary(host: Partial<Host> = {}): Promise<TestLibrary> {
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-'))
  const events: string[] = []
  const fork = () => {
    throw new Error('this library runs no processes')
  }
  const services = createServices({ dataFolder: join(folder, 'data'), host: { kind: 'cli', fork, emit: (name) => void events.push(name), ...host } })
  return {
    services,
    folder,
    events,
    async [Symbol.asyncDispose]() {
      await services.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface TestModel extends Partial<ArchitectureName> {
  seed?: number
  size?: number
  /** More of model.json. */
  card?: Record<string, unknown>
}

/** A real network with seeded random weights, as a run leaves it. */
export async function writeTestModel(folder: string, { model = 'resnet18', head = 'linear', blur, metadata, seed = 1, size = 64, card = {} }: TestModel = {}): Promise<string> {
  const name: ArchitectureName = { model, head, ...(blur && { blur }), ...(metadata && { metadata }) }
  await mkdir(folder, { recursive: true })
  await writeSafeTensors(join(folder, 'model.safetensors'), weightsOf(name, seed))
  await writeFile(join(folder, 'model.json'), JSON.stringify({ ...name, size, labels: LABELS, ...card }))
  return folder
}

const made = new Map<string, SafeTensors>()

/** Drawing ten million normal numbers takes a second: once for each network and seed. */
function weightsOf(name: ArchitectureName, seed: number): SafeTensors {
  const key = JSON.stringify([name, seed])
  const net = architecture(name)
  const weights = made.get(key) ?? exportState(net, initialise(net, seed), 0)
  made.set(key, weights)
  return weights
}
