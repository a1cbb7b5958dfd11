import { CodedError } from '#shared/errors.ts'
import { PickleBytes } from './pickle-bytes.ts'

/**
 * Python's pickle (PEP 307, 3154 and 574), read as data: a stack machine that builds numbers, strings, lists and maps, and knows the few
 * globals that its caller allows. Nothing of the file is ever run: a global that is not allowed ends the reading where it is named, before
 * anything could be called.
 */

/** What an allowed global does when the file calls it. Attributes that a file sets on what it made are dropped. */
export type Allowed = (...args: unknown[]) => unknown

export interface PickleRules {
  file: string
  /** By dotted name, as in `collections.OrderedDict`. */
  globals: ReadonlyMap<string, Allowed>
  /** What a persistent id stands for; without it such ids are refused. */
  persistent?: (id: unknown) => unknown
}

/** A global of the file, on the stack until it is called. */
class Global {
  readonly name: string
  readonly call: Allowed
  constructor(name: string, call: Allowed) {
    this.name = name
    this.call = call
  }
}

const MARK: unique symbol = Symbol('mark')

/** @returns the object, and where the next pickle of the same bytes begins. @throws WEIGHTS_UNSAFE naming the global, WEIGHTS_FORMAT */
export function unpickle(bytes: Uint8Array, rules: PickleRules, start = 0): { value: unknown; end: number } {
  const machine = new Machine(new PickleBytes(bytes, start, rules.file), rules)
  return machine.run()
}

class Machine {
  readonly #bytes: PickleBytes
  readonly #rules: PickleRules
  readonly #memo = new Map<number, unknown>()
  readonly #stack: unknown[] = []

  constructor(bytes: PickleBytes, rules: PickleRules) {
    this.#bytes = bytes
    this.#rules = rules
  }

  run(): { value: unknown; end: number } {
    for (;;) {
      const code = this.#bytes.u8()
      if (code === 0x2e /* . */) return { value: this.#pop(), end: this.#bytes.at }
      const step = STEPS.get(String.fromCharCode(code))
      if (!step) throw this.#bytes.refuse(`it uses the pickle operation 0x${code.toString(16)}, which weights never need`)
      step(this.#bytes, this)
    }
  }

  push(value: unknown): void {
    this.#stack.push(value)
  }

  pop(): unknown {
    return this.#pop()
  }

  mark(): void {
    this.#stack.push(MARK)
  }

  /** What stands above the last mark, which goes as well. */
  popMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK)
    if (at < 0) throw this.#bytes.refuse('its pickle has no mark where it needs one')
    const items = this.#stack.splice(at)
    return items.slice(1)
  }

  top(): unknown {
    if (!this.#stack.length) throw this.#bytes.refuse('its pickle has an empty stack')
    return this.#stack.at(-1)
  }

  put(index: number): void {
    this.#memo.set(index, this.top())
  }

  get memoized(): number {
    return this.#memo.size
  }

  get(index: number): void {
    if (!this.#memo.has(index)) throw this.#bytes.refuse('its pickle recalls what it never kept')
    this.push(this.#memo.get(index))
  }

  /** Allowed, or the end. */
  global(module: string, name: string): void {
    const dotted = `${module}.${name}`
    const call = this.#rules.globals.get(dotted)
    if (!call) throw unsafe(this.#rules.file, dotted)
    this.push(new Global(dotted, call))
  }

  reduce(): void {
    const [args, called] = [this.#pop(), this.#pop()]
    if (!(called instanceof Global) || !Array.isArray(args)) throw this.#bytes.refuse('its pickle calls what is no function')
    this.push(called.call(...(args as unknown[])))
  }

  persistent(): void {
    const id = this.#pop()
    if (!this.#rules.persistent) throw this.#bytes.refuse('its pickle points at something outside it')
    this.push(this.#rules.persistent(id))
  }

  append(items: unknown[]): void {
    const list = this.top()
    if (!Array.isArray(list)) throw this.#bytes.refuse('its pickle appends to what is no list')
    for (const item of items) list.push(item)
  }

  set(pairs: unknown[]): void {
    const map = this.top()
    if (!(map instanceof Map) || pairs.length % 2) throw this.#bytes.refuse('its pickle sets items of what is no dictionary')
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1])
  }

  #pop(): unknown {
    if (!this.#stack.length || this.top() === MARK) throw this.#bytes.refuse('its pickle has an empty stack')
    return this.#stack.pop()
  }
}

/** Name of a global that an allowed one is given as an argument, as the type of a storage is. */
export const globalName = (value: unknown): string | null => (value instanceof Global ? value.name : null)

function unsafe(file: string, global: string): CodedError {
  return new CodedError('WEIGHTS_UNSAFE', `The file asks for "${global}", which is no part of weights. A pickle can run any program; this one was refused before anything ran.`, {
    file,
    remedy: 'Bring weights alone, from a source that you trust: torch.save(model.state_dict(), file), or better a safetensors file.',
  })
}

type Step = (bytes: PickleBytes, machine: Machine) => void

/** By operation code; the names are those of Python's pickletools. */
const STEPS: ReadonlyMap<string, Step> = new Map<string, Step>([
  ['\x80', (b) => b.protocol()],
  ['\x95', (b) => void b.take(8)], // FRAME
  ['(', (_, m) => m.mark()],
  ['0', (_, m) => void m.pop()],
  ['1', (_, m) => void m.popMark()],
  ['2', (_, m) => m.push(m.top())],
  ['N', (_, m) => m.push(null)],
  ['\x88', (_, m) => m.push(true)],
  ['\x89', (_, m) => m.push(false)],
  ['J', (b, m) => m.push(b.i32())],
  ['K', (b, m) => m.push(b.u8())],
  ['M', (b, m) => m.push(b.u16())],
  ['\x8a', (b, m) => m.push(b.long(b.u8()))],
  ['\x8b', (b, m) => m.push(b.long(b.u32()))],
  ['G', (b, m) => m.push(b.f64())],
  ['X', (b, m) => m.push(b.utf8(b.u32()))],
  ['\x8c', (b, m) => m.push(b.utf8(b.u8()))],
  ['\x8d', (b, m) => m.push(b.utf8(b.u64()))],
  ['U', (b, m) => m.push(b.latin1(b.u8()))],
  ['T', (b, m) => m.push(b.latin1(b.u32()))],
  ['C', (b, m) => m.push(b.take(b.u8()))],
  ['B', (b, m) => m.push(b.take(b.u32()))],
  [']', (_, m) => m.push([])],
  ['}', (_, m) => m.push(new Map())],
  [')', (_, m) => m.push([])],
  ['\x85', (_, m) => m.push([m.pop()])],
  ['\x86', (_, m) => m.push([m.pop(), m.pop()].reverse())],
  ['\x87', (_, m) => m.push([m.pop(), m.pop(), m.pop()].reverse())],
  ['t', (_, m) => m.push(m.popMark())],
  ['l', (_, m) => m.push(m.popMark())],
  ['d', (_, m) => dictionary(m)],
  ['a', (_, m) => m.append([m.pop()])],
  ['e', (_, m) => m.append(m.popMark())],
  ['s', (_, m) => m.set([m.pop(), m.pop()].reverse())],
  ['u', (_, m) => m.set(m.popMark())],
  ['q', (b, m) => m.put(b.u8())],
  ['r', (b, m) => m.put(b.u32())],
  ['\x94', (_, m) => m.put(m.memoized)],
  ['h', (b, m) => m.get(b.u8())],
  ['j', (b, m) => m.get(b.u32())],
  ['c', (b, m) => m.global(b.line(), b.line())],
  ['i', inst],
  ['\x93', (_, m) => { const name = m.pop(); m.global(String(m.pop()), String(name)) }],
  ['R', (_, m) => m.reduce()],
  ['b', (_, m) => void m.pop()], // BUILD: the attributes of an OrderedDict are not needed
  ['Q', (_, m) => m.persistent()],
])

/** INST, which only Python 2 wrote: the global is named, then refused whatever it is. */
function inst(bytes: PickleBytes, machine: Machine): void {
  machine.global(bytes.line(), bytes.line())
  throw bytes.refuse('its pickle makes instances in the way of Python 2')
}

function dictionary(machine: Machine): void {
  const pairs = machine.popMark()
  machine.push(new Map())
  machine.set(pairs)
}
