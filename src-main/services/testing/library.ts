import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import sharp from 'sharp'
import type { Job } from '#shared/domain/job.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { EventName } from '#shared/contracts/index.ts'
import type { Host } from '#main/host/host.ts'
import { createServices } from '../index.ts'
import type { Services } from '../index.ts'
import type { ImportRequest } from '../importing/importing.ts'

/** For tests: a library in a temporary folder, and what its pages would have been told. */
export interface TestLibrary {
  services: Services
  folder: string
  events: { name: EventName; payload: unknown }[]
}

export function testLibrary(t: TestContext, host: Partial<Host> = {}): TestLibrary {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  const events: TestLibrary['events'] = []
  const fork = () => {
    throw new Error('this library runs no processes')
  }
  const services = createServices({ dataFolder: join(folder, 'data'), host: { kind: 'cli', fork, emit: (name, payload) => void events.push({ name, payload }), ...host } })
  t.after(async () => {
    await services.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { services, folder, events }
}

/** A JPEG of noise, different for each seed. */
export async function jpeg(path: string, seed = 1, side = 40): Promise<void> {
  mkdirSync(dirname(path), { recursive: true })
  let state = seed * 2_654_435_761
  const pixels = Uint8Array.from({ length: side * side }, () => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24))
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).jpeg().toFile(path)
}

/** Header of a label file as CheXpert has it, in an order that is not ours. */
export const HEADER = ['Path', 'Sex', 'Age', 'Frontal/Lateral', 'AP/PA', ...[...LABELS].reverse()]

/** A row of it: labels by name, the others blank. */
export const line = (path: string, labels: Partial<Record<string, string>> = {}, [sex, age, side, projection = '']: readonly string[] = ['Female', '55', 'Frontal', 'AP']): string =>
  [path, sex, age, side, projection, ...[...LABELS].reverse().map((label) => labels[label] ?? '')].join(',')

/** A set of films with a label file; returns the films' paths in its order. */
export async function chexpertFolder(folder: string, { patients = 3, name = 'train.csv', part = 'train', films = true, first = 1 } = {}): Promise<string[]> {
  const lines: string[] = []
  const paths: string[] = []
  for (let patient = first; patient < first + patients; patient++) {
    for (let view = 1; view <= 2; view++) {
      const path = `${part}/patient${String(patient).padStart(5, '0')}/study1/view${view}_frontal.jpg`
      paths.push(path)
      lines.push(line(`small/${path}`, { Edema: '1.0', Pneumonia: view === 1 ? '-1.0' : '0.0' }))
      if (films && !existsSync(join(folder, path))) await jpeg(join(folder, path), patient * 10 + view)
    }
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `${[HEADER.join(','), ...lines].join('\n')}\n`)
  return paths
}

/** Import and wait for the end. */
export async function importNow({ importing, jobs }: Services, path: string | string[], request: Partial<ImportRequest> = {}): Promise<Job> {
  return jobs.ended(importing.start({ paths: [path].flat(), as: 'auto', labelsOnly: false, ...request }).id)
}
