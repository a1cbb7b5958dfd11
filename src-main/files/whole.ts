import { open, rename, rm } from 'node:fs/promises'

let written = 0

/**
 * A file that is there whole or not at all, also when the disk is full or the program is killed: a temporary one beside it, synced, then renamed.
 * @param chunks one after the other; bytes of a view are those that it shows; text may come piece by piece
 * @throws what the file system says
 */
export async function writeWhole(path: string, ...chunks: readonly (string | ArrayBufferView | AsyncIterable<string>)[]): Promise<void> {
  // Of this process and this call, so that two writers of one file do not meet.
  const temporary = `${path}.${process.pid}-${++written}.tmp`
  try {
    {
      await using file = await open(temporary, 'w')
      for (const chunk of chunks) await file.writeFile(ArrayBuffer.isView(chunk) ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength) : chunk)
      await file.sync()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

export const writeJson = (path: string, value: unknown): Promise<void> => writeWhole(path, `${JSON.stringify(value, undefined, 1)}\n`)
