import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { EXAMINED } from '#main/dicom/index.ts'
import { TASKS } from '#main/dicom/pool/tasks.ts'
import { resource } from '../app.ts'

/** Small pictures of every film of the sample set, with their patients. */
export async function sampleFilms(): Promise<{ patient: string; small: Uint8Array }[]> {
  const root = resource('samples', 'dataset', 'train')
  const names: string[] = []
  for await (const name of glob('**/*.jpg', { cwd: root })) names.push(name)
  return Promise.all(names.sort().map(async (name) => ({ patient: name.split('/')[0]!, small: await TASKS.input({ path: join(root, name), size: EXAMINED }) })))
}
