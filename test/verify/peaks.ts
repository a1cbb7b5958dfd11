import { cp, rm } from 'node:fs/promises'
import sharp from 'sharp'
import type { Label } from '#shared/domain/labels.ts'
import { readSafeTensors, writeSafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import type { FilePrediction } from '#main/services/predictions/files.ts'
import type { CommandLine } from './command.ts'
import { covers, PATCHED, type NoiseFilm } from './patches.ts'

export interface Peaks {
  /** Films whose drawn heat map is most opaque inside the patch, grown by the margin. */
  inside: number
  /** Mean displacement of the peak from the patch's middle, in pixels to the right and down. */
  offset: { x: number; y: number }
}

/**
 * Predicts films, draws their heat maps and finds the peaks.
 * @param model id of a model of the library, or a folder
 */
export async function findPeaks(cli: CommandLine, model: string, films: readonly NoiseFilm[], where: { folder: string; patch: number; margin: number; label?: Label }): Promise<Peaks> {
  const { folder, patch, margin, label = PATCHED } = where
  await rm(folder, { recursive: true, force: true })
  const said = await cli.answer<FilePrediction[]>('predict', model, ...films.map(({ file }) => file), '--heatmap', folder, '--labels', label)
  const peaks = await Promise.all(said.map(({ heatmaps }) => peakOf(heatmaps[label]!)))
  const places = films.map((film) => film.patch!)
  const mean = (away: (i: number) => number) => peaks.reduce((sum, _, i) => sum + away(i), 0) / peaks.length
  return {
    inside: peaks.filter(({ x, y }, i) => covers(places[i]!, patch, x, y, margin)).length,
    offset: { x: mean((i) => peaks[i]!.x + 0.5 - places[i]!.x - patch / 2), y: mean((i) => peaks[i]!.y + 0.5 - places[i]!.y - patch / 2) },
  }
}

/** The most opaque pixel of a heat map, the first in reading order of equals. */
async function peakOf(png: string): Promise<{ x: number; y: number }> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  let peak = 3
  for (let at = 3; at < data.length; at += 4) if (data[at]! > data[peak]!) peak = at
  const pixel = (peak - 3) / 4
  return { x: pixel % info.width, y: Math.floor(pixel / info.width) }
}

const CLASSIFIER = ['classifier.weight', 'fc.weight', 'head.linear1.weight', 'head.linear2.weight']

/** A copy of a model whose classifier's weights have changed places at random inside each of its layers, all 14 labels' among each other. */
export async function shuffleClassifier(model: string, copy: string, seed: number): Promise<string> {
  await cp(model, copy, { recursive: true })
  const { weights } = modelFiles(copy)
  const file = await readSafeTensors(weights)
  const random = new Mersenne(seed)
  for (const { data } of CLASSIFIER.flatMap((name) => file.tensors.get(name) ?? [])) {
    for (let i = data.length - 1; i > 0; i--) {
      const j = Math.floor(random.uniform() * (i + 1))
      ;[data[i], data[j]] = [data[j]!, data[i]!]
    }
  }
  await writeSafeTensors(weights, file)
  return copy
}
