import assert from 'node:assert/strict'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import dcmjs from 'dcmjs'
import sharp from 'sharp'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label } from '#shared/domain/labels.ts'
import type { ErrorShape } from '#shared/errors.ts'
import { networkInput } from '#main/dicom/index.ts'
import { architecture } from '#main/engine/model/architecture.ts'
import { readSafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { importState } from '#main/engine/model/weights/state.ts'
import { openRuntime } from '#main/engine/runtime/runtime.ts'
import { writeTestModel } from '#main/services/models/testing.ts'
import { SAMPLE_SET, commandLine } from './xclassifier.ts'
import type { CommandLine } from './xclassifier.ts'

interface Prediction {
  file: string
  probabilities: Record<Label, number>
  heatmaps: Record<string, string>
  error?: ErrorShape
}

const SIZE = 64
const NETWORK = { model: 'densenetblur121d', head: 'linear' } as const
let cli: CommandLine
let model: string
/** Eight films, each as PNG and as DICOM of the same pixels. */
const pairs: { png: string; dicom: string }[] = []
const cleanUps: (() => void)[] = []

before(async () => {
  cli = commandLine({ after: (clean) => void cleanUps.push(clean as () => void) })
  model = await writeTestModel(join(cli.folder, 'model'), { ...NETWORK, size: SIZE })
  const films = (await readdir(SAMPLE_SET, { recursive: true })).filter((name) => name.endsWith('.jpg')).sort()
  for (let i = 0; i < 8; i++) pairs.push(await pairOf(join(SAMPLE_SET, films[i * 18]!), join(cli.folder, `film${i}`)))
})
after(() => cleanUps.forEach((clean) => clean()))

async function pairOf(jpeg: string, stem: string): Promise<{ png: string; dicom: string }> {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true })
  const [png, dicom] = [`${stem}.png`, `${stem}.dcm`]
  await sharp(data, { raw: { width: info.width, height: info.height, channels: 1 } }).toColourspace('b-w').png().toFile(png)
  await writeFile(dicom, dicomOf(data, info.height, info.width, Number(basename(stem).slice(4))))
  return { png, dicom }
}

/** An uncompressed film by another library's writer. */
function dicomOf(pixels: Uint8Array, rows: number, columns: number, n: number): Uint8Array {
  const { datasetToDict } = dcmjs.data as unknown as { datasetToDict(dataset: object): { write(): ArrayBuffer } }
  const sop = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.1.1', SOPInstanceUID: `1.2.3.${n}.3` }
  const image = { Rows: rows, Columns: columns, SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2', BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelRepresentation: 0 }
  const meta = { MediaStorageSOPClassUID: { Value: [sop.SOPClassUID], vr: 'UI' }, MediaStorageSOPInstanceUID: { Value: [sop.SOPInstanceUID], vr: 'UI' }, TransferSyntaxUID: { Value: ['1.2.840.10008.1.2.1'], vr: 'UI' } }
  const study = { StudyInstanceUID: `1.2.3.${n}.1`, SeriesInstanceUID: `1.2.3.${n}.2`, Modality: 'DX', PatientID: `P${n}`, PatientName: `Film^${n}` }
  const even = new Uint8Array(pixels.length + (pixels.length % 2))
  even.set(pixels)
  return new Uint8Array(datasetToDict({ ...sop, ...image, ...study, PixelData: [even.buffer], _vrMap: { PixelData: 'OB' }, _meta: meta }).write())
}

const logits = ({ probabilities }: Prediction): number[] => LABELS.map((label) => Math.log(probabilities[label] / (1 - probabilities[label])))
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

test('a film is predicted alike from DICOM and PNG, by the exported network as by TensorFlow', async () => {
  const said = await cli.json<Prediction[]>('predict', model, ...pairs.flatMap(({ png, dicom }) => [png, dicom]))
  assert.deepEqual(said.map(({ file }) => file), pairs.flatMap(({ png, dicom }) => [png, dicom]))
  const films: number[][] = []
  const inputs: Uint8Array[] = []
  for (const [i, { png, dicom }] of pairs.entries()) {
    const input = await networkInput(png, SIZE)
    assert.ok(farthest(input, await networkInput(dicom, SIZE)) <= 1, `inputs of film ${i}`)
    assert.ok(farthest(logits(said[2 * i]!), logits(said[2 * i + 1]!)) < 1e-3, `logits of film ${i}`)
    films.push(logits(said[2 * i]!))
    inputs.push(input)
  }
  const spread = LABELS.map((_, i) => Math.max(...films.map((film) => film[i]!)) - Math.min(...films.map((film) => film[i]!)))
  assert.ok(Math.max(...spread) > 0.1, `the films' logits spread by ${spread.join(', ')}`)
  assert.ok(farthest(films.flat(), await inTensorFlow(inputs)) < 1e-4)
})

/** Logits of the same weights, [films, 14], normalised as paper.md has it. */
async function inTensorFlow(films: Uint8Array[]): Promise<Float32Array> {
  const net = architecture(NETWORK)
  const file = join(model, 'model.safetensors')
  const state = importState(net, await readSafeTensors(file), file)
  const runtime = await openRuntime({ device: 'cpu' })
  try {
    return tf.tidy(() => {
      const grey = tf.tensor4d(Float32Array.from(films.flatMap((film) => [...film])), [films.length, SIZE, SIZE, 1]).div(255)
      const rgb = tf.tile(grey, [1, 1, 1, 3]).sub([0.485, 0.456, 0.406]).div([0.229, 0.224, 0.225]) as tf.Tensor4D
      const values = new Map(net.entries.map(({ name, shape }) => [name, tf.tensor(state.get(name)!, shape)]))
      const scope = { get: (name: string) => values.get(name)!, training: false }
      return net.top(net.body(rgb, scope), scope).dataSync<'float32'>()
    })
  } finally {
    runtime.close()
  }
}

test('bad files beside good ones cost only themselves; heat maps are films with alpha, named after file and label', async () => {
  const [bad, absent, maps] = [join(cli.folder, 'text.dcm'), join(cli.folder, 'absent.png'), join(cli.folder, 'maps')]
  await writeFile(bad, 'This is text. '.repeat(50))
  const { png, dicom } = pairs[3]!
  const said = await cli.json<Prediction[]>('predict', model, bad, png, absent, cli.folder, dicom, '--heatmap', maps, '--labels', 'Edema,Pleural Effusion')
  assert.deepEqual(said.map(({ error }) => error?.code), ['NOT_DICOM', undefined, 'FILE_NOT_FOUND', 'NOT_DICOM', undefined])
  const names = [png, dicom].flatMap((file) => ['Edema', 'Pleural Effusion'].map((label) => `${basename(file)}.${label}.png`))
  assert.deepEqual((await readdir(maps)).sort(), names.sort())
  const film = await sharp(png).metadata()
  for (const name of names) {
    const { width, height, channels } = await sharp(join(maps, name)).metadata()
    assert.deepEqual([width, height, channels], [film.width, film.height, 4])
  }
  assert.deepEqual(await readFile(said[1]!.heatmaps['Edema']!), await readFile(said[4]!.heatmaps['Edema']!))
  assert.deepEqual((await cli.json<{ total: number }>('studies')).total, 0)
})

test('--save files the films that were named and no others; the study is reported by its UID', async () => {
  const { dicom } = pairs[5]!
  await cli.json('predict', model, dicom, cli.folder, '--save')
  const { studies } = await cli.json<{ studies: { studyInstanceUid: string; status: string }[] }>('studies')
  assert.deepEqual(studies.map(({ studyInstanceUid, status }) => [studyInstanceUid, status]), [['1.2.3.5.1', 'predicted']])
  const [pdf, csv] = [join(cli.folder, 'report.pdf'), join(cli.folder, 'report.csv')]
  assert.deepEqual((await cli.json<{ pdf: string }>('report', '1.2.3.5.1', '--pdf', pdf, '--csv', csv)).pdf, pdf)
  assert.equal((await readFile(pdf)).subarray(0, 5).toString(), '%PDF-')
  assert.deepEqual((await readFile(csv, 'utf8')).trim().split('\r\n').length, 1 + LABELS.length)
})
