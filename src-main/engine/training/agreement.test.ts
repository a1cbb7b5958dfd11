import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { initialise } from '../model/initialise.ts'
import { Collectives } from '../runtime/collectives.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { checkAgreement } from './agreement.ts'
import { Parameters } from './parameters.ts'
import { tinyNetwork } from './testing/network.ts'

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ device: 'cpu' })))
after(() => runtime.close())

/** A second rank that has this digest. */
class Beside extends Collectives {
  readonly #digest: Buffer

  constructor(digest: Buffer) {
    super({ worldSize: 2, rank: 0, hint: 'ring' })
    this.#digest = digest
  }

  override allReduceSum<T extends tf.Tensor>(own: T): T {
    return tf.add(own, tf.tensor1d([...this.#digest]))
  }
}

test('ranks whose weights differ in one bit are told from ranks that agree', async () => {
  const net = tinyNetwork()
  const network = initialise(net, 3)
  const parameters = new Parameters(net, { network })
  const same = new Parameters(net, { network })
  const bits = new Uint32Array(Float32Array.from(network.get('fc.weight')!).buffer)
  bits[5]! ^= 1
  const other = new Parameters(net, { network: new Map([...network, ['fc.weight', new Float32Array(bits.buffer)]]) })

  await checkAgreement(parameters, new Beside(await same.digest()))
  await assert.rejects(checkAgreement(parameters, new Beside(await other.digest())), { code: 'RANKS_DIVERGED' })
  const held = runtime.memory().tensors
  await checkAgreement(parameters, new Beside(await same.digest()))
  assert.equal(runtime.memory().tensors, held)
})
