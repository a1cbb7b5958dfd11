import type { Batch, Films } from '../data/films.ts'
import { trainingShard, type Shard, type Sharding } from '../data/sampler.ts'
import type { Place } from './schedule.ts'

/** Training batches of one rank, each read from the pack while the step before it runs. */
export class Feed {
  readonly #films: Films
  readonly #seed: number
  readonly #sharding: Sharding
  #epoch: { epoch: number; shard: Shard } | undefined

  constructor(films: Films, seed: number, sharding: Sharding) {
    this.#films = films
    this.#seed = seed
    this.#sharding = sharding
  }

  /** The batch of a place in the schedule: the same for the same place, so that a resumed run goes on where it was. */
  read({ epoch, offset }: Place): Promise<Batch> {
    if (this.#epoch?.epoch !== epoch) this.#epoch = { epoch, shard: trainingShard(this.#films.train, epoch, this.#seed, this.#sharding) }
    const { batch } = this.#sharding
    const pending = this.#films.batch(this.#epoch.shard.rows.subarray(offset * batch, (offset + 1) * batch))
    pending.catch(() => undefined) // whoever awaits it sees the failure; until then it is not unhandled
    return pending
  }
}
