import type { Architecture } from '#main/engine/model/architecture.ts'
import type { Entry } from '#main/engine/model/entries.ts'
import { checkpointShape, fromCheckpoint, type State } from '#main/engine/model/weights/state.ts'

/** Numbers in [0, 1) by the rule of make.py. */
export function uniforms(name: string, count: number): Float64Array {
  let seed = 2166136261
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619) >>> 0
  return Float64Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i, 2654435769) + seed) >>> 0
    x = Math.imul(x ^ (x >>> 16), 2246822507) >>> 0
    x = Math.imul(x ^ (x >>> 13), 3266489909) >>> 0
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
  })
}

/** The weights that make.py gives the network of timm, in memory layout. */
export function goldenState(net: Architecture): State {
  return new Map(net.entries.map((entry) => [entry.name, fromCheckpoint(entry, values(entry))]))
}

function values(entry: Entry): Float32Array {
  const shape = checkpointShape(entry)
  const u = uniforms(entry.name, shape.reduce((a, b) => a * b, 1))
  if (/(running_mean|bias)$/.test(entry.name)) return Float32Array.from(u, (v) => (v - 0.5) * 0.2)
  if (shape.length <= 1) return Float32Array.from(u, (v) => v + 0.5)
  const inputs = shape.slice(1).reduce((a, b) => a * b, 1)
  return Float32Array.from(u, (v) => (2 * v - 1) * Math.sqrt((shape.length === 4 ? 6 : 1) / inputs))
}
