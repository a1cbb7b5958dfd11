/**
 * The order of side effects within a trace, as control edges: what a graph would otherwise be free to reorder.
 * Per resource, a write waits for the reads and the write before it and a read for the write before it. Collectives
 * run one after another in program order, which has to be the same on every rank. A write also waits for the last
 * collective: if a reduce fails, no rank has updated anything.
 */
const READS = new Set(['ReadVariableOp', 'ResourceGather', 'ResourceGatherNd', 'VariableShape', 'VarIsInitializedOp'])

interface ResourceState {
  write?: number
  reads: number[]
}

export class Ordering {
  readonly #resources = new Map<number, ResourceState>()
  #collective: number | undefined
  /** Nodes that must run although nothing may use their outputs. */
  readonly effects: number[] = []

  /** Nodes that `op` has to wait for; `resources` are the ids of the resources among its inputs. */
  before(op: string, resources: readonly number[]): number[] {
    const nodes = new Set<number>()
    const isRead = READS.has(op)
    for (const id of resources) {
      const state = this.#resources.get(id)
      if (state?.write !== undefined) nodes.add(state.write)
      if (!isRead) state?.reads.forEach((node) => nodes.add(node))
    }
    const waitsForCollective = isCollective(op) || (resources.length > 0 && !isRead)
    if (waitsForCollective && this.#collective !== undefined) nodes.add(this.#collective)
    return [...nodes]
  }

  /** Records the node that `op` became. */
  after(op: string, node: number, resources: readonly number[], stateful: boolean): void {
    const isRead = READS.has(op)
    for (const id of resources) {
      const state = this.#resources.get(id) ?? { reads: [] }
      if (isRead) state.reads.push(node)
      this.#resources.set(id, isRead ? state : { write: node, reads: [] })
    }
    if (isCollective(op)) this.#collective = node
    if (stateful && !isRead) this.effects.push(node)
  }
}

export const isCollective = (op: string): boolean => op.startsWith('Collective')
