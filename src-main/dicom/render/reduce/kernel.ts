import { MODULE } from './module.ts'

/** What of WebAssembly is needed here: its types come with the page's library alone. */
interface WebAssemblyApi {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number }
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: unknown }
}

/** Exports of kernel.c; addresses and counts in bytes and elements. */
interface Kernel {
  count(cells: number, count: number, histogram: number): void
  shade(cells: number, count: number, table: number, grey: number): void
  reduce(grey: number, rows: number, width: number, to: number, turns: number, starts: number, weights: number, out: number): void
}

const PAGE = 65_536
const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
const memory = new Memory({ initial: 16 })

export const kernel = new Instance(new Module(Buffer.from(MODULE, 'base64')), { env: { memory } }).exports as Kernel

/**
 * Room for parts of so many bytes, one after the other, each beginning at a multiple of 16.
 * @returns the memory, until the next call, and where each part begins
 */
export function layOut(...parts: number[]): [ArrayBuffer, ...number[]] {
  // The linker leaves the first pages to the stack of the kernels.
  let end = 2 * PAGE
  const starts = parts.map((bytes) => {
    const start = end
    end += Math.ceil(bytes / 16) * 16
    return start
  })
  const missing = end - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
  return [memory.buffer, ...starts]
}
