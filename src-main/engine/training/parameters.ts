import { createHash } from 'node:crypto'
import * as tf from '@tensorflow/tfjs'
import type { Architecture } from '../model/architecture.ts'
import { decays, isTrained, sizeOf, type Entry } from '../model/entries.ts'
import type { State } from '../model/weights/state.ts'
import type { Collectives } from '../runtime/collectives.ts'
import { splitFlat } from '../runtime/ops/flat.ts'
import { ResourceVariable } from '../runtime/variable.ts'
import { GROUPS } from './schedule.ts'

/** Entries of a network that live end to end in one flat variable. */
class Flat {
  readonly entries: readonly Entry[]
  readonly variable: ResourceVariable

  constructor(entries: readonly Entry[], state: State | undefined, name: string) {
    this.entries = entries
    const initial = this.#join(state)
    this.variable = new ResourceVariable(initial, name)
    initial.dispose()
  }

  /** The value cut into its entries; `flat` stands in for the variable's own. */
  split(flat = this.variable.read<tf.Tensor1D>()): Map<string, tf.Tensor> {
    const shapes = this.entries.map(({ shape }) => shape)
    // One piece is no cut: the gradient of a split into one fails in TensorFlow.js.
    const parts = shapes.length === 1 ? [tf.reshape(flat, shapes[0]!)] : splitFlat(flat, shapes)
    return new Map(this.entries.map(({ name }, i) => [name, parts[i]!]))
  }

  async read(): Promise<State> {
    const value = this.variable.read<tf.Tensor1D>()
    const state: State = new Map()
    let offset = 0
    // One by one: a copy of everything at once would hold up the process.
    for (const entry of this.entries) {
      const part = tf.slice(value, [offset], [sizeOf(entry)])
      state.set(entry.name, (await part.data()) as Float32Array)
      part.dispose()
      offset += sizeOf(entry)
    }
    value.dispose()
    return state
  }

  assign(state: State | undefined): void {
    tf.tidy(() => this.variable.assign(this.#join(state)))
  }

  #join(state: State | undefined): tf.Tensor1D {
    const values = new Float32Array(this.entries.reduce((sum, entry) => sum + sizeOf(entry), 0))
    let offset = 0
    for (const entry of this.entries) {
      const own = state?.get(entry.name)
      if (own) values.set(own, offset)
      offset += sizeOf(entry)
    }
    return tf.tensor1d(values)
  }
}

/** Parameters that share a rate and weight decay, and Adam's moments of them: the unit of an update and of a reduction. */
export interface Segment {
  group: number
  decays: boolean
  value: Flat
  m: Flat
  v: Flat
}

/** What a checkpoint holds of a network in training. */
export interface TrainingState {
  /** Parameters and running statistics. */
  network: State
  /** Adam's first and second moments by parameter. */
  m: State
  v: State
}

/** A network in training: its state in flat resource variables, in the order of the parameter groups. */
export class Parameters {
  readonly segments: readonly Segment[]
  /** Running means and variances of the norms. */
  readonly statistics: Flat

  constructor(net: Architecture, { network, m, v }: Pick<TrainingState, 'network'> & Partial<TrainingState>) {
    const segments: Segment[] = []
    for (let group = 0; group < GROUPS; group++) {
      for (const decaying of [true, false]) {
        const entries = net.entries.filter((entry) => isTrained(entry) && net.group(entry.name) === group && decays(entry) === decaying)
        if (!entries.length) continue
        const name = `group${group}_${decaying ? 'decay' : 'plain'}`
        segments.push({
          group,
          decays: decaying,
          value: new Flat(entries, network, name),
          m: new Flat(entries, m, `${name}_m`),
          v: new Flat(entries, v, `${name}_v`),
        })
      }
    }
    this.segments = segments
    this.statistics = new Flat(net.entries.filter((entry) => !isTrained(entry)), network, 'statistics')
  }

  async read(): Promise<TrainingState> {
    return {
      network: await joined([...this.segments.map(({ value }) => value), this.statistics]),
      m: await joined(this.segments.map(({ m }) => m)),
      v: await joined(this.segments.map(({ v }) => v)),
    }
  }

  /** SHA-256 of all state: parameters, moments, statistics. */
  async digest(): Promise<Buffer> {
    const hash = createHash('sha256')
    for (const { variable } of this.#all()) {
      const value = variable.read<tf.Tensor1D>()
      const values = (await value.data()) as Float32Array
      value.dispose()
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    }
    return hash.digest()
  }

  /** Adam anew, as between fastai's stages. */
  forgetMoments(): void {
    for (const { m, v } of this.segments) for (const moments of [m, v]) moments.assign(undefined)
  }

  /** Rank 0's parameters, moments and statistics on every rank; a barrier. */
  async broadcast(collectives: Collectives, key: number): Promise<void> {
    const variables = this.#all().map(({ variable }) => variable)
    const own = variables.map((variable) => variable.read())
    const given = await collectives.broadcast(own, key)
    variables.forEach((variable, i) => variable.assign(given[i]!))
    tf.dispose([own, given])
  }

  dispose(): void {
    for (const { variable } of this.#all()) variable.dispose()
  }

  #all(): Flat[] {
    return [...this.segments.flatMap(({ value, m, v }) => [value, m, v]), this.statistics]
  }
}

async function joined(parts: readonly Flat[]): Promise<State> {
  const states = await Promise.all(parts.map((part) => part.read()))
  return new Map(states.flatMap((state) => [...state]))
}
