/**
 * The trainer itself, watched: beside the run's files it writes which films each step was made of (`seen-<rank>.jsonl`), and the digest of the
 * rank's state after each epoch.
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, serveTrainer } from '../../cluster/trainer-channel.ts'
import { Films, type Batch } from '../../data/films.ts'
import { Feed } from '../feed.ts'
import { trainRank } from '../loop.ts'
import { Parameters } from '../parameters.ts'
import type { Place } from '../schedule.ts'

/** What one line says: a batch that went into a step, or a digest. */
export type Seen = { epoch: number; offset: number; rows: number[] } | { digest: string }

let file = ''
const note = (seen: Seen): void => appendFileSync(file, `${JSON.stringify(seen)}\n`)

const places = new WeakMap<Batch, Place>()
const rowsOf = new WeakMap<Batch, number[]>()
const original = { batch: Films.prototype.batch, upload: Films.prototype.upload, read: Feed.prototype.read, digest: Parameters.prototype.digest }

Films.prototype.batch = async function (rows) {
  const batch = await original.batch.call(this, rows)
  rowsOf.set(batch, [...rows])
  return batch
}
Feed.prototype.read = async function (place) {
  const batch = await original.read.call(this, place)
  places.set(batch, place)
  return batch
}
Films.prototype.upload = function (batch) {
  const place = places.get(batch)
  if (place) note({ epoch: place.epoch, offset: place.offset, rows: rowsOf.get(batch)! })
  return original.upload.call(this, batch)
}
Parameters.prototype.digest = async function () {
  const digest = await original.digest.call(this)
  note({ digest: digest.toString('hex') })
  return digest
}

serveTrainer(parentPort(), (assignment, channel) => {
  file = join(assignment.folder, `seen-${assignment.rank}.jsonl`)
  return trainRank(assignment, channel)
})
