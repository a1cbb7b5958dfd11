import type { DuplicateLeak } from '#shared/domain/quality.ts'
import { TEST, TRAIN, VALIDATION, leakage } from '#main/engine/data/split.ts'
import type { Store } from '#main/store/index.ts'
import { requireKey } from '#main/store/ids.ts'
import type { StoredSplit } from '#main/store/repositories/splits.ts'
import { doneGently } from '#main/store/steps.ts'
import { LEFT_OUT } from '../targets.ts'
import { Groups } from './groups.ts'

type Clustered = readonly { row: number; cluster: number }[]

/** Duplicates that lie in several parts of a split, as far as the last check of the set found any; films that were excluded do not count. */
export function duplicateLeak(store: Store, split: StoredSplit): DuplicateLeak {
  const dataset = requireKey('ds', split.dataset)
  const searched = store.quality.check(dataset) !== undefined
  return { searched, ...leakOf(store.quality.clusters(dataset), used(store, dataset, split)), moved: store.splitCopies.moved(split.key) }
}

function used(store: Store, dataset: number, split: StoredSplit): Uint8Array {
  const parts = store.splits.parts(split)
  for (const row of store.quality.excluded(dataset)) parts[row] = LEFT_OUT
  return parts
}

/** @param parts of every row; `LEFT_OUT` for those in none */
export function leakOf(clustered: Clustered, parts: Uint8Array): Omit<DuplicateLeak, 'searched' | 'moved'> {
  const within = new Map<number, Set<number>>()
  for (const { row, cluster } of clustered) {
    if (parts[row] === LEFT_OUT) continue
    const found = within.get(cluster) ?? new Set<number>()
    within.set(cluster, found.add(parts[row]!))
  }
  const images = new Set(clustered.filter(({ row, cluster }) => parts[row] === TEST && within.get(cluster)!.has(TRAIN)).map(({ row }) => row)).size
  const tests = parts.reduce((sum, part) => sum + Number(part === TEST), 0)
  return { images, share: tests ? images / tests : 0, clusters: [...within.values()].filter(({ size }) => size > 1).length }
}

/**
 * The parts with every group of duplicates in one: where most of its films are already, in training among equals. A split in which no patient leaks
 * moves whole patients, so that none leaks after it.
 * @returns films that were moved
 */
export function together(parts: Uint8Array, clustered: Clustered, patients: ArrayLike<number> | null): { parts: Uint8Array<ArrayBuffer>; moved: number } {
  const groups = new Groups(parts.length)
  for (const { row, cluster } of clustered) groups.join(row, cluster)
  const torn = new Set(clustered.map(({ row }) => row))
  if (patients) {
    const first = new Map<number, number>()
    parts.forEach((_, row) => {
      const known = first.get(patients[row]!)
      if (known === undefined) first.set(patients[row]!, row)
      else groups.join(row, known)
    })
  }
  const wanted = new Set([...torn].map((row) => groups.of(row)))
  const votes = new Map<number, [number, number, number]>()
  parts.forEach((part, row) => {
    const group = groups.of(row)
    if (part === LEFT_OUT || !wanted.has(group)) return
    const counted = votes.get(group) ?? [0, 0, 0]
    counted[part]!++
    votes.set(group, counted)
  })
  const best = new Map([...votes].map(([group, counted]) => [group, counted.indexOf(Math.max(...counted))]))
  let moved = 0
  const changed = Uint8Array.from(parts, (part, row) => {
    const to = part === LEFT_OUT ? undefined : best.get(groups.of(row))
    if (to === undefined || to === part) return part
    moved++
    return to
  })
  return { parts: changed, moved }
}

/** Keep the duplicates of a split together, as a split of its own that takes its place. @returns its id, and the films that moved */
export async function resolveSplit(store: Store, split: StoredSplit, breathe: () => Promise<void>): Promise<{ id: string; moved: number }> {
  const dataset = requireKey('ds', split.dataset)
  const before = store.splits.parts(split)
  const places = await doneGently(store.splitCopies.places(dataset, before.length), breathe)
  const { parts, moved } = together(before, store.quality.clusters(dataset), split.leakage.patients > 0 ? null : places.patients)
  if (moved === 0) return { id: split.id, moved }
  const count = (side: number): number => parts.reduce((sum, part) => sum + Number(part === side), 0)
  const counts = { train: count(TRAIN), val: count(VALIDATION), test: count(TEST) }
  return { id: store.splitCopies.copy(split.key, { parts, moved, ...counts, leakage: leakage(parts, places.patients, places.studies) }), moved }
}
