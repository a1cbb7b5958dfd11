import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { modelFiles, type ModelFiles } from '#main/engine/inference/model-folder.ts'
import { CodedError } from '#shared/errors.ts'

/**
 * The files of a model that a user points at: its folder, its `.safetensors`, or its `.json`; the other lies beside it under the same name, or
 * is called model.json.
 * @throws MODEL_MISSING
 */
export async function locateModel(path: string): Promise<ModelFiles> {
  const found = await stat(path).catch(() => null)
  if (!found) throw new CodedError('MODEL_MISSING', 'There is no such model, file or folder.', { file: path, remedy: 'List the models there are, or point at a folder with model.json.' })
  if (found.isDirectory()) return modelFiles(path)
  const stem = join(dirname(path), basename(path, extname(path)))
  const own = `${stem}.json`
  const card = (await stat(own).catch(() => null)) ? own : modelFiles(dirname(path)).card
  return { card, weights: `${stem}.safetensors`, network: `${stem}.onnx`, reference: `${stem}.reference.safetensors`, calibration: `${stem}.calibration.json` }
}

/** Lay a checked model down as `folder`, all of it or nothing: files are copied beside, synced, and renamed together. */
export async function placeModel(files: ModelFiles, network: Uint8Array, folder: string): Promise<void> {
  const temporary = `${folder}.tmp`
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true })
  try {
    const placed = modelFiles(temporary)
    await copyFile(files.card, placed.card)
    // A reflink where the file system has them: the weights are not copied byte by byte.
    await copyFile(files.weights, placed.weights, constants.COPYFILE_FICLONE)
    await sync(placed.card)
    await sync(placed.weights)
    await sync(placed.network, network)
    for (const [from, to] of [[files.reference, placed.reference], [files.calibration, placed.calibration]] as const) await copyIfThere(from, to)
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  if (!(await stat(from).catch(() => null))) return
  await copyFile(from, to)
  await sync(to)
}

async function sync(path: string, content?: Uint8Array): Promise<void> {
  await using file = await open(path, content ? 'wx' : 'r+')
  if (content) await file.writeFile(content)
  await file.sync()
}

/** Names and sizes, for the page. */
export async function listFiles(folder: string): Promise<{ name: string; bytes: number }[]> {
  const names = await readdir(folder).catch(() => [])
  return Promise.all(names.sort().map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })))
}
