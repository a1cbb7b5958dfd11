import { readFileSync } from 'node:fs'
import { resource } from '../app.ts'

export const FRONTAL_FILE = resource('gate', 'frontal.bin')

let loaded: Int8Array | undefined

/** The mean frontal film, `EXAMINED * EXAMINED`; made by test/golden/gate/make.ts from the sample films. */
export function frontalFilm(): Int8Array {
  loaded ??= new Int8Array(readFileSync(FRONTAL_FILE))
  return loaded
}
