import { randomInt } from 'node:crypto'
import { CodedError } from '#shared/errors.ts'

/** What an id names, by its prefix. */
export const ID_KINDS = {
  pt: 'patient',
  st: 'study',
  se: 'series',
  im: 'image',
  ds: 'data set',
  di: 'data set row',
  sp: 'split',
  lc: 'change of labels',
  run: 'run',
  ck: 'checkpoint',
  mo: 'model',
  ca: 'calibration',
  ev: 'evaluation',
  pr: 'prediction',
  rp: 'report',
  jb: 'job',
} as const
export type IdKind = keyof typeof ID_KINDS

/** A public id is the prefix of its kind and the row's key in base 36: `ds_k3f9q2`. So ids need no column and no index. */
export function toId(kind: IdKind, key: number): string {
  return `${kind}_${key.toString(36)}`
}

/** The key behind an id, or null when the text is not an id of this kind. */
export function keyOf(kind: IdKind, id: string): number | null {
  const digits = id.startsWith(`${kind}_`) ? id.slice(kind.length + 1) : ''
  return /^(0|[1-9a-z][0-9a-z]{0,9})$/.test(digits) ? parseInt(digits, 36) : null
}

/** As `keyOf`, but an id that is none is an error. */
export function requireKey(kind: IdKind, id: string): number {
  return keyOf(kind, id) ?? unknown(kind, id)
}

export function unknown(kind: IdKind, id: string): never {
  throw new CodedError('NOT_FOUND', `There is no ${ID_KINDS[kind]} "${id}".`)
}

/** Key for a row whose id also names a folder: six random digits, so that a new library never meets the folders of an old one. */
export function newKey(): number {
  return randomInt(36 ** 5, 36 ** 6)
}
