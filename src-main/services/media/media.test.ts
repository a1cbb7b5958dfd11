import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import sharp from 'sharp'
import { LABELS } from '#shared/domain/labels.ts'
import { openDicom } from '#main/dicom/index.ts'
import { fixture } from '#main/dicom/testing/fixtures.ts'
import { createMedia } from '../index.ts'
import { importNow, jpeg, testLibrary } from '../testing/library.ts'

async function setUp(t: TestContext) {
  const library = testLibrary(t)
  const films = join(library.folder, 'films')
  mkdirSync(films)
  copyFileSync(fixture('explicit.dcm'), join(films, 'film.dcm'))
  await jpeg(join(films, 'picture.jpg'), 3, 64)
  await importNow(library.services, films)
  const media = createMedia(library.services)
  const { rows } = library.services.studies.list({ search: '', origin: 'library', sort: 'patientId', descending: false, offset: 0, limit: 9 })
  const image = (patient: string): string => rows.find(({ patientId }) => patientId === patient)!.coverImage!
  const get = (path: string, method = 'GET') => media(new Request(`http://127.0.0.1/media/${path}`, { method }))
  const body = async (path: string): Promise<Buffer> => {
    const response = await get(path)
    assert.equal(response.status, 200, `${path}: ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  }
  const refusal = async (path: string, method?: string): Promise<[number, string]> => {
    const response = await get(path, method)
    return [response.status, ((await response.json()) as { error: { code: string } }).error.code]
  }
  return { ...library, films, image, get, body, refusal }
}

test('thumbnails are JPEGs of the size asked for, made once', async (t) => {
  const { folder, films, image, get, body } = await setUp(t)
  const first = await body(`thumbnail/${image('picture')}?size=48`)
  const { format, width, height } = await sharp(first).metadata()
  assert.deepEqual([format, width, height], ['jpeg', 48, 48])
  assert.equal((await get(`thumbnail/${image('F-1')}`)).headers.get('Content-Type'), 'image/jpeg')
  rmSync(join(films, 'picture.jpg'))
  assert.ok((await body(`thumbnail/${image('picture')}?size=48`)).equals(first), 'from the cache')
  const cached = readdirSync(join(folder, 'data/thumbnails'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  assert.equal(cached.length, 2)
})

test('films: DICOM as it is, pictures wrapped under the UIDs of the library', async (t) => {
  const { services, films, image, body } = await setUp(t)
  assert.ok((await body(`film/${image('F-1')}`)).equals(readFileSync(join(films, 'film.dcm'))))
  const wrapped = openDicom(await body(`film/${image('picture')}`), 'wrapped').film
  const row = services.studies.image(image('picture'))
  assert.deepEqual([wrapped.sopInstanceUid, wrapped.columns, wrapped.patientId], [row.sopInstanceUid, 64, 'picture'])
})

test('the displayed picture and a heat map have the size of the film', async (t) => {
  const { services, image, body, refusal } = await setUp(t)
  const shown = await sharp(await body(`display/${image('F-1')}.png`)).metadata()
  const { rows, columns } = services.studies.image(image('F-1'))
  assert.deepEqual([shown.format, shown.width, shown.height], ['png', columns, rows])

  const per = (value: number) => new Float64Array(LABELS.length).fill(value)
  const none = Object.fromEntries(LABELS.map((label) => [label, null])) as Record<(typeof LABELS)[number], null>
  const { store } = services
  const model = store.models.create(store.models.newId(), {
    ...{ name: 'm', architecture: 'resnet18' as const, head: 'linear' as const, size: 64, run: null, dataset: null, sample: false, weightsHash: '', auc: null, accuracy: null, config: null },
    perLabelAuc: none,
    thresholds: Object.fromEntries(LABELS.map((label) => [label, 0.5])) as Record<(typeof LABELS)[number], number>,
  })
  const data = new Float32Array(LABELS.length * 4)
  data.set([0, 0, 0, 5], LABELS.indexOf('Edema') * 4)
  const common = { image: image('F-1'), model: model.id, raw: per(0.6), calibrated: null, thresholds: per(0.5) }
  const [mapped, bare] = store.predictions.add([{ ...common, maps: { height: 2, width: 2, data } }, { ...common, maps: null }])
  const { data: rgba, info } = await sharp(await body(`heatmap/${mapped}/Edema.png`)).raw().toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height, info.channels], [columns, rows, 4])
  assert.ok(rgba[3]! === 0 && rgba.at(-1)! > 100, 'hot in its own corner only')
  assert.deepEqual(await refusal(`heatmap/${bare}/Edema.png`), [404, 'NOT_FOUND'])
  assert.deepEqual(await refusal(`heatmap/${mapped}/Nothing.png`), [400, 'INVALID_REQUEST'])
})

test('what is wrong is said in JSON, and kept with the film', async (t) => {
  const { services, films, image, refusal, events, get } = await setUp(t)
  assert.deepEqual(await refusal('thumbnail/im_zzz'), [404, 'NOT_FOUND'])
  assert.deepEqual(await refusal('thumbnail/..%2f..%2flibrary.db'), [404, 'NOT_FOUND'])
  assert.deepEqual(await refusal('nothing'), [404, 'NOT_FOUND'])
  assert.deepEqual(await refusal(`thumbnail/${image('F-1')}?size=9999`), [400, 'INVALID_REQUEST'])
  assert.deepEqual(await refusal(`film/${image('F-1')}`, 'DELETE'), [400, 'INVALID_REQUEST'])
  const path = join(films, 'film.dcm')
  rmSync(path)
  const told = events.length
  assert.deepEqual(await refusal(`film/${image('F-1')}`), [404, 'FILE_NOT_FOUND'])
  assert.equal(services.studies.image(image('F-1')).problem?.code, 'FILE_NOT_FOUND')
  assert.equal(events.length, told + 1)
  copyFileSync(fixture('explicit.dcm'), path)
  assert.equal((await get(`film/${image('F-1')}`)).status, 200)
  assert.equal(services.studies.image(image('F-1')).problem, null)
})
