import { IGNORED, LABELS } from '#shared/domain/labels.ts'

/** What a model said of films, and what is true of them. */
export interface Judged {
  /** [films, 14] */
  logits: Float32Array
  /** [films, 14] of 0, 1 or IGNORED. */
  targets: Uint8Array
  /** Patient of each film as a number from 0 to `patientCount` - 1. */
  patients: Int32Array
  patientCount: number
}

/** Cells of one label that are not ignored. */
export interface Cells {
  logits: Float32Array
  /** 0 or 1. */
  targets: Uint8Array
  patients: Int32Array
}

/** @param films only these; left out: all */
export function cellsOf({ logits, targets, patients }: Judged, label: number, films: ArrayLike<number> = patients): Cells {
  const every = films === patients
  const kept: number[] = []
  for (let i = 0; i < films.length; i++) {
    const film = every ? i : films[i]!
    if (targets[film * LABELS.length + label] !== IGNORED) kept.push(film)
  }
  const at = (film: number): number => film * LABELS.length + label
  return {
    logits: Float32Array.from(kept, (film) => logits[at(film)]!),
    targets: Uint8Array.from(kept, (film) => targets[at(film)]!),
    patients: Int32Array.from(kept, (film) => patients[film]!),
  }
}

/** Names as numbers from 0 on, in the order of their first appearance. */
export function numbered(names: readonly string[]): { numbers: Int32Array; count: number } {
  const known = new Map<string, number>()
  const numbers = Int32Array.from(names, (name) => {
    const number = known.get(name) ?? known.size
    known.set(name, number)
    return number
  })
  return { numbers, count: known.size }
}
