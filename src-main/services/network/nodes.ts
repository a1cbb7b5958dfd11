import { randomUUID } from 'node:crypto'
import { isLoopback, type NetworkNode } from '#shared/domain/network.ts'
import { CodedError } from '#shared/errors.ts'
import type { Store } from '#main/store/index.ts'

export type NodeEdit = EditOf<Extract<NetworkNode, { kind: 'dicom' }>> | (Omit<EditOf<Extract<NetworkNode, { kind: 'dicomweb' }>>, 'secret'> & { secret?: string | undefined })
type EditOf<N extends NetworkNode> = Omit<N, 'id'> & { id?: string | undefined }

const NAME = 'nodes'
const SECRETS = 'node-secrets'

/** The systems that the user entered: no film and no question goes to any other. */
export class Nodes {
  readonly #store

  constructor(store: Store) {
    this.#store = store
  }

  list(): NetworkNode[] {
    return (this.#store.settings.get(NAME) as NetworkNode[] | undefined) ?? []
  }

  /** @throws NOT_FOUND, WRONG_NODE */
  get<K extends NetworkNode['kind']>(id: string, kind: K): Extract<NetworkNode, { kind: K }> {
    const node = this.#find(id)
    if (node.kind !== kind) throw new CodedError('WRONG_NODE', `${node.name} is not of the kind that can do this.`)
    return node as Extract<NetworkNode, { kind: K }>
  }

  find(id: string): NetworkNode {
    return this.#find(id)
  }

  /** @throws PLAIN_HTTP, NOT_FOUND */
  save(edit: NodeEdit): NetworkNode {
    const id = edit.id === undefined ? `node-${randomUUID().slice(0, 8)}` : this.#find(edit.id).id
    const node = edit.kind === 'dicom' ? { kind: edit.kind, id, name: edit.name, host: edit.host, port: edit.port, aeTitle: edit.aeTitle } : this.#webNode(id, edit)
    const others = this.list().filter((other) => other.id !== id)
    if (others.some(({ name }) => name === node.name)) throw new CodedError('NAME_TAKEN', `There is a node "${node.name}" already.`)
    this.#store.settings.set(NAME, [...others, node].sort((a, b) => (a.name < b.name ? -1 : 1)))
    return node
  }

  remove(id: string): NetworkNode[] {
    this.#keepSecret(id, '')
    this.#store.settings.set(NAME, this.list().filter((node) => node.id !== id))
    return this.list()
  }

  /** For the request alone; never for a page, a log or an error. */
  secret(id: string): string {
    return this.#secrets()[id] ?? ''
  }

  #webNode(id: string, { name, address, user, secret }: Extract<NodeEdit, { kind: 'dicomweb' }>): NetworkNode {
    const url = new URL(address)
    if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
      throw new CodedError('PLAIN_HTTP', 'Over http anyone on the way could read the films.', { remedy: 'Use an address with https.' })
    }
    // A password goes to the place that it was entered for, and to no other.
    const moved = this.list().some((node) => node.id === id && node.kind === 'dicomweb' && new URL(node.address).origin !== url.origin)
    if (secret !== undefined || moved) this.#keepSecret(id, secret ?? '')
    return { kind: 'dicomweb', id, name, address: address.replace(/\/+$/, ''), user, secret: this.secret(id) !== '' }
  }

  #find(id: string): NetworkNode {
    const node = this.list().find((candidate) => candidate.id === id || candidate.name === id)
    if (!node) throw new CodedError('NOT_FOUND', `There is no node "${id}".`, { remedy: 'Enter it under Settings, Network.' })
    return node
  }

  #secrets(): Record<string, string> {
    return (this.#store.settings.get(SECRETS) as Record<string, string> | undefined) ?? {}
  }

  #keepSecret(id: string, secret: string): void {
    const others = Object.entries(this.#secrets()).filter(([of]) => of !== id)
    this.#store.settings.set(SECRETS, Object.fromEntries(secret ? [...others, [id, secret]] : others))
  }
}
