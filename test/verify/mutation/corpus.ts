import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { FIXTURES } from '#main/dicom/testing/fixtures.ts'

export interface Sample {
  name: string
  bytes: Uint8Array
}

/** Every small film of the fixtures: all codings, layouts and displays. */
export function corpus(): Sample[] {
  return readdirSync(FIXTURES)
    .filter((name) => ['.dcm', '.png', '.jpg'].includes(extname(name)))
    .sort()
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(FIXTURES, name))) }))
}
