import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { access, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Job } from '#shared/domain/job.ts'
import { main } from '#main/cli/main.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'
import { JobsService } from '../jobs/jobs.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'
import { addressOf, PUBLISHED, type Published } from './catalogue.ts'
import { WeightsService } from './weights.ts'

const TORCH = join(import.meta.dirname, '../../../test/golden/model/torch')
type Answer = (request: IncomingMessage, response: ServerResponse) => void

let library: TestLibrary
let bytes: Buffer
let hub: string
/** Address and range of every request that arrived. */
const asked: string[] = []
let answer: Answer = whole
const server = createServer((request, response) => {
  asked.push([request.url, request.headers.range].filter(Boolean).join(' '))
  answer(request, response)
})

before(async () => {
  library = await openTestLibrary()
  bytes = await readFile(modelFiles(await writeTestModel(join(library.folder, 'made'))).weights)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror/`
  library.services.settings.set({ weightsAddress: hub })
})
after(async () => {
  await library[Symbol.asyncDispose]()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** As the hub does: with ranges. */
function whole({ headers }: IncomingMessage, response: ServerResponse): void {
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
  if (from >= bytes.length) return void response.writeHead(416).end()
  const head = { 'content-length': bytes.length - from, ...(from && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }) }
  response.writeHead(from ? 206 : 200, head).end(bytes.subarray(from))
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
const offer = (more: Partial<Published> = {}): Published => ({ ...PUBLISHED.resnet18!, sha256: sha256(bytes), ...more })

/** The service over the same library, with made files for timm's. */
function service(published: Partial<typeof PUBLISHED> = { resnet18: offer() }) {
  const { folders, settings, store, host } = library.services
  const jobs = new JobsService(store, host)
  const weights = new WeightsService(folders, settings, jobs, { ...PUBLISHED, ...published })
  return { weights, fetch: async (): Promise<Job> => jobs.ended(weights.fetch('resnet18').id) }
}
const place = (): string => join(library.services.folders.data, 'weights', 'resnet18.safetensors')

test('no request is sent before the user says so: not by opening, listing, training or the settings', async () => {
  const { services, folder } = library
  services.weights.list()
  await services.training.machine()
  const quiet = { stdout: () => {}, stderr: () => {} }
  const data = ['--data', services.folders.data]
  for (const args of [['weights'], ['weights', 'resnet18'], ['doctor'], ['train', 'none', '--model', 'resnet18'], ['train', 'none', '--model', 'resnet18', '--init', 'imagenet']]) {
    await main([...data, '--json', ...args], quiet, new AbortController().signal)
  }
  const job = services.importing.start({ paths: [join(import.meta.dirname, '../../../resources/samples/dataset')], as: 'dataset', name: 'Films', labelsOnly: false })
  assert.equal((await services.jobs.ended(job.id)).state, 'finished')
  let said = ''
  await main([...data, '--json', 'train', 'Films', '--model', 'resnet18', '--init', 'imagenet'], { ...quiet, stdout: (text) => void (said += text) }, new AbortController().signal)
  const { error } = JSON.parse(said.trim().split('\n').at(-1)!) as { error: { code: string; remedy: string } }
  assert.equal(error.code, 'INIT_UNAVAILABLE')
  for (const part of ['model.safetensors of timm/resnet18.a1_in1k', '46.8 MB', place(), '--download']) assert.ok(error.remedy.includes(part), error.remedy)
  assert.deepEqual(asked, [])
  await assert.rejects(access(join(folder, 'data', 'weights')))
})

test('what is fetched is the pinned file of the address in the settings, checked and put whole', async () => {
  const { weights, fetch } = service()
  const job = await fetch()
  assert.deepEqual([job.state, job.result], ['finished', { model: 'resnet18', file: place(), sha256: sha256(bytes) }])
  assert.deepEqual(asked.splice(0), [`/mirror/timm/resnet18.a1_in1k/resolve/${PUBLISHED.resnet18!.revision}/model.safetensors`])
  assert.ok((await readFile(place())).equals(bytes))
  const listed = weights.list().find(({ model }) => model === 'resnet18')!
  assert.deepEqual([listed.installed, listed.published?.address], [place(), addressOf(offer(), hub)])
})

test('an interrupted download goes on where it stood', async () => {
  const { weights, fetch } = service({ resnet18: offer() })
  const half = Math.floor(bytes.length / 2)
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length })
    response.write(bytes.subarray(0, half), () => response.destroy())
  }
  const failed = await fetch()
  assert.deepEqual([failed.state, failed.error?.code], ['failed', 'DOWNLOAD_FAILED'])
  assert.ok(failed.error?.remedy?.includes(place()))
  const have = (await stat(`${place()}.part`)).size
  assert.ok(have > 0 && have <= half)
  answer = whole
  asked.length = 0
  assert.equal((await fetch()).state, 'finished')
  assert.match(asked[0]!, new RegExp(`bytes=${have}-$`))
  assert.ok((await readFile(place())).equals(bytes))
  // A server without ranges sends all of it again.
  await writeFile(`${place()}.part`, bytes.subarray(0, 1000))
  answer = (_request, response) => void response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  assert.equal((await fetch()).state, 'finished')
  assert.equal(weights.list().find(({ model }) => model === 'resnet18')!.installed, place())
})

test('another file than the pinned one, one of another network, a server that refuses: nothing is put, and the error says what to do', async () => {
  answer = whole
  await writeFile(place(), 'what was there')
  const cases: [Published, Answer, string, RegExp][] = [
    [offer({ sha256: '0'.repeat(64) }), whole, 'CHECKSUM_MISMATCH', /sha256 is/],
    [offer(), (_request, response) => void response.writeHead(404).end(), 'DOWNLOAD_FAILED', /answers 404/],
    [offer(), (_request, response) => void response.destroy(), 'DOWNLOAD_FAILED', /could not be fetched/],
  ]
  for (const [published, reply, code, says] of cases) {
    answer = reply
    const { error } = await service({ resnet18: published }).fetch()
    assert.deepEqual([error?.code, says.test(error?.message ?? '')], [code, true], error?.message)
    assert.match(error?.remedy ?? '', /model\.safetensors of timm\/resnet18\.a1_in1k/)
  }
  const other = bytes
  bytes = gunzipSync(await readFile(join(TORCH, 'densenet121-legacy.pth.gz')))
  answer = whole
  const { error } = await service({ resnet18: offer() }).fetch()
  assert.equal(error?.code, 'WEIGHTS_MISMATCH')
  bytes = other
  assert.equal(await readFile(place(), 'utf8'), 'what was there')
  assert.throws(() => library.services.weights.fetch('densenet121d'), { code: 'NOT_PUBLISHED' })
})

test('a file that the user brings is taken once it fits, a .pth turned into safetensors', async () => {
  const legacy = join(library.folder, 'legacy.pth')
  await writeFile(legacy, gunzipSync(await readFile(join(TORCH, 'densenet121-legacy.pth.gz'))))
  asked.length = 0
  const { installed } = await library.services.weights.install('densenet121', legacy)
  assert.equal(installed, join(library.services.folders.data, 'weights', 'densenet121.safetensors'))
  await assert.rejects(library.services.weights.install('densenetblur121d', legacy), { code: 'WEIGHTS_MISMATCH' })
  assert.deepEqual(asked, [])
})
