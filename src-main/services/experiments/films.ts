import { existsSync } from 'node:fs'
import { copyFile, link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import sharp from 'sharp'
import { derivedUids, equalise, writeFilm } from '#main/dicom/index.ts'
import type { DecodePool, FilmKind } from '#main/dicom/index.ts'

/** MIMIC-CXR-JPG's. */
const QUALITY = 95

export type FilmFormat = 'dicom' | 'jpeg'
export const EXTENSION: Record<FilmFormat, string> = { dicom: 'dcm', jpeg: 'jpg' }

/**
 * A film in the wanted format at `target`: the film's own file where it has that format (linked, or copied across volumes), else a new one.
 * A DICOM film becomes a JPEG as those of MIMIC-CXR-JPG: displayed, equalised, quality 95. A picture becomes a DICOM film of the same grey values.
 */
export async function putFilm(pool: DecodePool, { path, kind }: { path: string; kind: FilmKind }, format: FilmFormat, target: string, signal: AbortSignal): Promise<void> {
  if (existsSync(target)) return
  await mkdir(dirname(target), { recursive: true })
  const growing = `${target}.tmp`
  await rm(growing, { force: true })
  if (kind === format) await link(path, growing).catch(() => copyFile(path, growing))
  else await writeFile(growing, await convert(pool, path, kind, format, signal))
  await rename(growing, target)
}

async function convert(pool: DecodePool, path: string, kind: FilmKind, format: FilmFormat, signal: AbortSignal): Promise<Uint8Array> {
  const { pixels, width, height } = await pool.run({ task: 'display', path }, { signal })
  if (format === 'dicom') return writeFilm({ object: 'CR', pixels, rows: height, columns: width, lossy: kind === 'jpeg', ...derivedUids(pixels) })
  const shown = kind === 'dicom' ? equalise(pixels) : pixels
  return sharp(shown, { raw: { width, height, channels: 1 } }).jpeg({ quality: QUALITY }).toBuffer()
}
