import { cp, rm } from 'node:fs/promises'
import sharp from 'sharp'
import { readSafeTensors, writeSafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import type { FilePrediction } from '#main/services/predictions/files.ts'
import type { CommandLine } from './command.ts'
import { covers, PATCHED, type NoiseFilm } from './patches.ts'

/**
 * Predicts films and counts those whose drawn heat map is most opaque inside the patch, grown by `margin` pixels.
 * @param model id of a model of the library, or a folder
 */
export async function peaksInPatch(cli: CommandLine, model: string, films: readonly NoiseFilm[], { folder, patch, margin }: { folder: string; patch: number; margin: number }): Promise<number> {
  await rm(folder, { recursive: true, force: true })
  const said = await cli.answer<FilePrediction[]>('predict', model, ...films.map(({ file }) => file), '--heatmap', folder, '--labels', PATCHED)
  const inside = await Promise.all(said.map(async ({ heatmaps }, i) => {
    const { x, y } = await peakOf(heatmaps[PATCHED]!)
    return covers(films[i]!.patch!, patch, x, y, margin)
  }))
  return inside.filter(Boolean).length
}

/** The most opaque pixel of a heat map, the first in reading order of equals. */
async function peakOf(png: string): Promise<{ x: number; y: number }> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  let peak = 3
  for (let at = 3; at < data.length; at += 4) if (data[at]! > data[peak]!) peak = at
  const pixel = (peak - 3) / 4
  return { x: pixel % info.width, y: Math.floor(pixel / info.width) }
}

/** A copy of a model whose classifier's weights have changed places at random, all 14 labels' among each other. */
export async function shuffleClassifier(model: string, copy: string, seed: number): Promise<string> {
  await cp(model, copy, { recursive: true })
  const { weights } = modelFiles(copy)
  const file = await readSafeTensors(weights)
  const { data } = file.tensors.get('classifier.weight') ?? file.tensors.get('fc.weight')!
  const random = new Mersenne(seed)
  for (let i = data.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1))
    ;[data[i], data[j]] = [data[j]!, data[i]!]
  }
  await writeSafeTensors(weights, file)
  return copy
}
