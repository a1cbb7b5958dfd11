/** The pack reader alone: rows of a pack in shuffled batches, out of the page cache; a step is every film once. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NpyReader, NpyWriter } from '#main/engine/data/npy.ts'
import { serve, setting } from '../serve.ts'

export interface PackSetting {
  films: number
  size: number
  batch: number
}

const { films, size, batch } = setting<PackSetting>()
const folder = await mkdtemp(join(tmpdir(), 'xclassifier-bench-'))
try {
  const file = join(folder, 'pack.npy')
  const writer = await NpyWriter.create(file, 'uint8', [size, size])
  for (let film = 0; film < films; film++) await writer.append(new Uint8Array(size * size).fill(film))
  await writer.close()
  await using reader = await NpyReader.open(file)
  // A stride that shares no factor with the count visits every film once, far from the one before.
  const order = Int32Array.from({ length: films }, (_, i) => (i * 7919) % films)
  const area = size * size
  await serve({}, async () => {
    for (let at = 0; at < films; at += batch) {
      const rows = order.subarray(at, at + batch)
      const pixels = await reader.rows(rows)
      for (let i = 0; i < rows.length; i++) if (pixels[i * area] !== (rows[i]! & 255)) throw new Error(`film ${rows[i]} is another`)
    }
  })
} finally {
  await rm(folder, { recursive: true, force: true })
}
