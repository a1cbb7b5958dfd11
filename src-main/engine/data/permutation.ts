import { Mersenne } from './mersenne.ts'

/** `torch.randperm(n, generator=torch.Generator().manual_seed(seed))` on CPU, n < 2^32 / 20. */
export function torchRandperm(n: number, seed: number): Int32Array {
  const random = new Mersenne(seed)
  const order = identity(n)
  for (let i = 0; i < n - 1; i++) swap(order, i, i + (random.uint32() % (n - i)))
  return order
}

/** `numpy.random.RandomState(seed).permutation(n)`: Fisher-Yates from the end, each index by masked rejection. */
export function numpyPermutation(n: number, seed: number): Int32Array {
  const random = new Mersenne(seed)
  const order = identity(n)
  for (let i = n - 1; i > 0; i--) swap(order, i, atMost(i, random))
  return order
}

/** Uniform integer in [0, max]: draw as many bits as max has, again while the draw exceeds it. */
function atMost(max: number, random: Mersenne): number {
  const mask = 0xffffffff >>> Math.clz32(max)
  for (;;) {
    const value = (random.uint32() & mask) >>> 0
    if (value <= max) return value
  }
}

function identity(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i)
}

function swap(order: Int32Array, i: number, j: number): void {
  const kept = order[i]!
  order[i] = order[j]!
  order[j] = kept
}
