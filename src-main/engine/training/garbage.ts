import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadAddon } from '../runtime/addon.ts'

let collect: (() => void) | undefined

/**
 * Gives back what an epoch's end left behind. The copies of a network that went to its digest and its checkpoint are hundreds of megabytes to the
 * machine and a few small objects to V8, which would keep them for thousands of steps. Takes some 10 ms.
 */
export async function collectGarbage(): Promise<void> {
  if (!collect) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  // What the last write held is let go of when its promise is done with.
  await setImmediate()
  collect()
  // Buffers are freed beside the program's own work, and for certain when the next collection begins.
  collect()
  loadAddon().trimMemory()
}
