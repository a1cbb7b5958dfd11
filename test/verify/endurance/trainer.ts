/** The trainer itself with gauges on it: `gauges.json` in the folder of the run says what they showed from the second step on. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, serveTrainer } from '#main/engine/cluster/trainer-channel.ts'
import { loadAddon, type NativeContext, type NativeGraph } from '#main/engine/runtime/addon.ts'
import { trainRank } from '#main/engine/training/loop.ts'

export interface Gauges {
  /** Of the event loop, ms. */
  delay: { p50: number; p99: number; max: number }
  /** The slowest synchronous call into the addon, and what share of all calls took over 10 ms. */
  native: { call: string; ms: number; calls: number; over10: number }
  /** Resident memory of the process's own, without the pages of files that the machine gives and takes, in bytes. */
  samples: { step: number; rss: number; tensors: number; bytes: number }[]
}

const SAMPLE_STEPS = 50
const native = { call: '', ms: 0, calls: 0, over10: 0 }
let context: NativeContext | undefined

const residentOwn = (): number => 1024 * Number(/RssAnon:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1])

/** As `object`, its methods timed. */
function timed<T extends object>(object: T, name: string): T {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      return (...inputs: unknown[]): unknown => {
        const began = performance.now()
        try {
          return Reflect.apply(value, target, inputs)
        } finally {
          const ms = performance.now() - began
          native.calls++
          if (ms > 10) native.over10++
          if (ms > native.ms) Object.assign(native, { call: `${name}.${String(key)} ${typeof inputs[0] === 'string' ? inputs[0] : ''}`.trim(), ms })
        }
      }
    },
  })
}

// The addon is one object for all who load it; a graph needs the context itself, not what stands before it.
const addon = loadAddon()
const { Context, Graph } = addon
const contexts = new WeakMap<NativeContext, NativeContext>()
addon.Context = function (config: Uint8Array) {
  context = new Context(config)
  const proxy = timed(context, 'context')
  contexts.set(proxy, context)
  return proxy
} as unknown as typeof Context
addon.Graph = function (of: NativeContext): NativeGraph {
  return timed(new Graph(contexts.get(of) ?? of), 'graph')
} as unknown as typeof Graph

serveTrainer(parentPort(), async (assignment, channel) => {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  const samples: Gauges['samples'] = []
  const outcome = await trainRank(assignment, {
    ...channel,
    send(message) {
      if (message.type === 'step') {
        if (message.step === 1) {
          Object.assign(native, { call: '', ms: 0, calls: 0, over10: 0 })
          delay.enable()
        }
        if (message.step % SAMPLE_STEPS === 0) samples.push({ step: message.step, rss: residentOwn(), ...context!.memory() })
      }
      channel.send(message)
    },
  })
  const ms = (nanoseconds: number): number => nanoseconds / 1e6
  const gauges: Gauges = { delay: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) }, native, samples }
  writeFileSync(join(assignment.folder, 'gauges.json'), JSON.stringify(gauges))
  return outcome
})
