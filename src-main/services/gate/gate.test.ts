import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { before } from 'node:test'
import sharp from 'sharp'
import { EXAMINED, type Examination } from '#main/dicom/index.ts'
import { distanceTo, readReference, referenceOf, unit, writeReference } from '#main/engine/inference/reference.ts'
import { TASKS } from '#main/dicom/pool/tasks.ts'
import { fixture } from '#main/dicom/testing/fixtures.ts'
import { sampleFilms } from './testing.ts'
import { resource } from '../app.ts'
import { COLOURED, filmReasons, LIKE_A_FRONTAL, LIKE_ITS_MIRROR } from './checks.ts'
import { frontalFilm } from './frontal.ts'
import { correlation, symmetry } from './likeness.ts'
import { meanFilm } from './mean-film.ts'

let films: Awaited<ReturnType<typeof sampleFilms>>
before(async () => void (films = await sampleFilms()))

const about = (small: Uint8Array, more: Partial<Examination> = {}): Examination => ({ input: small, small, width: 512, height: 512, colour: 0, view: null, bodyPart: null, seriesDescription: null, ...more })
const codes = (film: Examination, size = 224, view = ''): string[] => filmReasons(film, size, view).map(({ code }) => code)
const shareOf = (found: (film: (typeof films)[number]) => boolean): number => films.filter(found).length / films.length
const inverted = (small: Uint8Array): Uint8Array => small.map((value) => 255 - value)
const turned = (small: Uint8Array): Uint8Array => small.toReversed()
const lying = (small: Uint8Array): Uint8Array => small.map((_, i) => small[(i % EXAMINED) * EXAMINED + Math.floor(i / EXAMINED)]!)

test('the mean film is that of the sample films', () => assert.deepEqual(frontalFilm(), meanFilm(films.map(({ small }) => small))))

test('of 144 real films, each judged by the mean of other patients, one is refused wrongly; inverted, upside down and lying ones are told', () => {
  const likeness = new Map(films.map((film) => [film, correlation(film.small, meanFilm(films.filter(({ patient }) => patient !== film.patient).map(({ small }) => small)))]))
  assert.equal(films.length, 144)
  assert.equal(films.filter((film) => likeness.get(film)! < LIKE_A_FRONTAL || symmetry(film.small, EXAMINED) < LIKE_ITS_MIRROR).length, 1)
  assert.ok(shareOf(({ small }) => codes(about(inverted(small)))[0] === 'inverted') > 0.99)
  assert.ok(shareOf(({ small }) => codes(about(turned(small))).length > 0) > 0.95)
  assert.ok(shareOf(({ small }) => codes(about(lying(small))).length > 0) > 0.9)
})

test('pictures of other things are no frontal radiographs of a chest', () => {
  let seed = 1
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647
  const pictures = {
    flat: () => 128,
    noise: () => 255 * random(),
    ramp: (x: number) => 8 * x,
    ball: (x: number, y: number) => (Math.hypot(x - 16, y - 16) < 12 ? 230 : 10),
    text: (x: number, y: number) => (y % 4 < 2 && (x * 7 + y) % 5 < 3 ? 0 : 255),
  }
  for (const [name, at] of Object.entries(pictures)) assert.ok(codes(about(Uint8Array.from({ length: EXAMINED ** 2 }, (_, i) => at(i % EXAMINED, Math.floor(i / EXAMINED))))).length, name)
})

test('what header and label file say goes before what the picture looks like', () => {
  const { small } = films[0]!
  assert.deepEqual(codes(about(small)), [])
  for (const view of ['LL', 'RL', 'LATERAL', 'lateral']) assert.deepEqual(codes(about(small, { view })), ['lateral'], view)
  for (const view of ['AP', 'PA']) assert.deepEqual(codes(about(small, { view })), [], view)
  assert.deepEqual(codes(about(small), 224, 'Lateral'), ['lateral'])
  assert.deepEqual(codes(about(small), 224, 'Frontal AP'), [])
  assert.deepEqual(codes(about(small, { seriesDescription: 'Chest LAT' })), ['lateral'])
  assert.deepEqual(codes(about(small, { seriesDescription: 'Lateral decubitus', view: 'AP' })), [])
  assert.deepEqual(codes(about(small, { bodyPart: 'KNEE' })), ['not-frontal-chest'])
  assert.deepEqual(codes(about(small, { bodyPart: 'CHEST' })), [])
  assert.deepEqual(codes(about(small, { width: 2000, height: 200 })), ['low-resolution'])
  assert.deepEqual(codes(about(small, { colour: 0.2 })), ['colour'])
})

test('a film is examined as it is shown: colour is measured, the header read, the network sees the same picture', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-gate-'))
  t.after(() => rm(folder, { recursive: true }))
  const film = resource('samples', 'studies', 'sample-002.dcm')
  const examined = await TASKS.examine({ path: film, size: 64 })
  assert.deepEqual(examined.input, await TASKS.input({ path: film, size: 64 }))
  assert.deepEqual([examined.colour, examined.small.length, filmReasons(examined, 64)], [0, EXAMINED ** 2, []])
  const grey = await sharp(await TASKS.displayPng({ path: film })).toColourspace('srgb').jpeg({ quality: 80 }).toBuffer()
  const [greyPath, tinted] = [join(folder, 'grey.jpg'), join(folder, 'tinted.png')]
  await sharp(grey).toFile(greyPath)
  await sharp(grey).tint('#ff3000').png().toFile(tinted)
  assert.deepEqual(filmReasons(await TASKS.examine({ path: greyPath, size: 64 }), 64), [])
  assert.deepEqual(filmReasons(await TASKS.examine({ path: tinted, size: 64 }), 64).map(({ code }) => code), ['colour'])
  const colours = await Promise.all(['eight', 'rgb', 'ybr-full', 'palette-8'].map(async (name) => (await TASKS.examine({ path: fixture(`${name}.dcm`), size: 8 })).colour))
  assert.deepEqual(colours.map((colour) => colour > COLOURED), [false, true, true, true])
})

test('distance to the k-th nearest film of training; the limit holds 99 of 100 validation films; other weights have no reference', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-reference-'))
  t.after(() => rm(folder, { recursive: true }))
  let seed = 7
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647
  const film = (shift: number): Float32Array => Float32Array.from({ length: 16 }, (_, i) => random() + (i < 8 ? shift : 0))
  const training = Array.from({ length: 60 }, () => film(0))
  const validation = Array.from({ length: 200 }, () => film(0))
  const reference = referenceOf('hash', training, validation)
  assert.equal(reference.k, 6)
  const byHand = (one: Float32Array): number => training.map((other) => Math.hypot(...unit(one).map((value, i) => value - unit(other)[i]!))).sort((a, b) => a - b)[5]!
  for (const one of validation.slice(0, 5)) assert.ok(Math.abs(distanceTo(reference, one) - byHand(one)) < 1e-6)
  assert.equal(validation.filter((one) => distanceTo(reference, one) > reference.limit).length, 2)
  assert.ok(distanceTo(reference, film(9)) > reference.limit)
  const file = join(folder, 'reference.safetensors')
  await writeReference(file, reference)
  assert.deepEqual(await readReference(file, 'hash'), reference)
  assert.equal(await readReference(file, 'other'), null)
  assert.equal(await readReference(join(folder, 'none'), 'hash'), null)
  assert.throws(() => referenceOf('hash', [], validation), { code: 'REFERENCE_EMPTY' })
})
