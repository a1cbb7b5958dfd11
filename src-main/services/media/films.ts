import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { StoredImage } from '#main/store/repositories/images.ts'
import type { Services } from '../index.ts'
import { bytes } from './index.ts'
import type { MediaRoute } from './index.ts'

const SIZES = { min: 32, max: 512, usual: 160 }

export const thumbnail: MediaRoute = {
  pattern: /^\/media\/thumbnail\/([^/]+)$/,
  async answer(services, [id = ''], query, signal) {
    const asked = Number(query.get('size') ?? SIZES.usual)
    if (!Number.isInteger(asked) || asked < SIZES.min || asked > SIZES.max) {
      throw new CodedError('INVALID_REQUEST', `A thumbnail has ${SIZES.min} to ${SIZES.max} pixels.`)
    }
    const image = withFile(services, id)
    const file = cacheFile(services.folders.thumbnails, image, asked)
    const cached = await readFile(file).catch(() => null)
    const jpeg = cached ?? (await opening(services, image, (path) => services.pool.run({ task: 'thumbnail', path, size: asked }, { signal })))
    if (!cached) await keep(file, jpeg)
    return bytes(jpeg, 'image/jpeg', 3600)
  },
}

export const film: MediaRoute = {
  pattern: /^\/media\/film\/([^/]+)$/,
  async answer(services, [id = ''], _query, signal) {
    const image = withFile(services, id)
    const study = services.store.studies.get(image.study)
    const known = {
      studyInstanceUid: study.studyInstanceUid,
      sopInstanceUid: image.sopInstanceUid,
      patientId: study.patientId,
      patientName: study.patientName || study.patientId,
      sex: study.sex,
      viewPosition: image.view,
    }
    return bytes(await opening(services, image, (path) => services.pool.run({ task: 'viewer', path, known }, { signal })), 'application/dicom', 0)
  },
}

export const display: MediaRoute = {
  pattern: /^\/media\/display\/([^/]+)\.png$/,
  async answer(services, [id = ''], query, signal) {
    const image = withFile(services, id)
    const frame = Number(query.get('frame') ?? 0)
    return bytes(await opening(services, image, (path) => services.pool.run({ task: 'displayPng', path, frame }, { signal })), 'image/png', 600)
  },
}

export const overlay: MediaRoute = {
  pattern: /^\/media\/overlay\/([^/]+)\/([^/]+)\.png$/,
  async answer(services, [id = '', group = ''], query, signal) {
    const image = withFile(services, id)
    const request = { task: 'overlay', path: image.path, group: parseInt(group, 16), frame: Number(query.get('frame') ?? 0) } as const
    return bytes(await services.pool.run(request, { signal }), 'image/png', 600)
  },
}

type WithFile = StoredImage & { path: string }

function withFile({ store }: Services, id: string): WithFile {
  const image = store.images.get(id)
  if (image.path === null) {
    throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.', { remedy: 'Import the data set again with its images.' })
  }
  return image as WithFile
}

/** Whether the film could be opened is kept with it, so that lists can say so. */
async function opening<T>({ store, host }: Services, image: WithFile, open: (path: string) => Promise<T>): Promise<T> {
  try {
    const result = await open(image.path)
    if (image.problem) store.images.setProblem(image.id, null)
    return result
  } catch (error) {
    const { code, message } = toErrorShape(error)
    if (error instanceof CodedError && code !== 'POOL_CLOSED' && image.problem?.code !== code) {
      store.images.setProblem(image.id, { code, message })
      host.emit('changed', { what: ['studies'] })
    }
    throw error
  }
}

/** Named by what the film is, not by its id: a new library must not meet the thumbnails of an old one. */
function cacheFile(folder: string, { sopInstanceUid, path }: WithFile, size: number): string {
  const name = createHash('sha256').update(`${sopInstanceUid}\n${path}`).digest('hex').slice(0, 32)
  return join(folder, name.slice(0, 2), `${name}-${size}.jpg`)
}

/** A cache that cannot be written (full disk) must not keep the picture from being shown. */
async function keep(file: string, jpeg: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(temporary, jpeg)
    await rename(temporary, file)
  } catch {
    return
  }
}
