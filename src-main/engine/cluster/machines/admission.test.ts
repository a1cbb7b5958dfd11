import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInput } from '#shared/contracts/training.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import { coded } from '../../runtime/testing.ts'
import { admit, type Terms } from './admission.ts'
import { type Hello, PROTOCOL } from './messages.ts'

const workers = ['10.0.0.1:4000', '10.0.0.2:4000']
const config = runInput.parse({ dataset: 'films', workers: 2, device: 'gpu', size: 32, init: 'random' }) as RunConfig
const terms: Terms = { cluster: { workers, index: 0 } as Terms['cluster'], version: '1.0.0', tensorflow: '2.21.0', config, ranks: 2 }
const hello: Hello = { type: 'hello', protocol: PROTOCOL, version: '1.0.0', tensorflow: '2.21.0', workers, index: 1, gpus: 2 }

const refused = (other: Partial<Hello>, code: string, names: RegExp): void => assert.throws(() => admit({ ...hello, ...other }, terms), coded(code, names))

test('a machine like the chief is admitted, also without a library opened yet, or with options left out', () => {
  admit(hello, terms)
  admit({ ...hello, tensorflow: null }, terms)
  admit({ ...hello, request: { epochs: config.epochs, batch: null, name: 'in words of its own' } }, terms)
})

test('a machine that differs is refused by name, with what differs', () => {
  refused({ workers: [...workers].reverse() }, 'MACHINES_DIFFER', /10\.0\.0\.2:4000, 10\.0\.0\.1:4000/)
  refused({ version: '0.9.0' }, 'MACHINES_DIFFER', /10\.0\.0\.2:4000.* version 0\.9\.0, on the chief 1\.0\.0/)
  refused({ protocol: PROTOCOL + 1 }, 'MACHINES_DIFFER', /10\.0\.0\.2:4000/)
  refused({ tensorflow: '2.9.3' }, 'MACHINES_DIFFER', /libtensorflow is version 2\.9\.3/)
  refused({ request: { epochs: config.epochs + 1 } }, 'MACHINES_DIFFER', /epochs/)
  refused({ index: 0 }, 'TASK_TAKEN', /two tasks have the index 0/)
})

test('a machine with fewer GPUs than the run takes of each is refused; on CPUs it is not asked', () => {
  refused({ gpus: 1 }, 'MACHINE_GPUS', /10\.0\.0\.2:4000.* has 1 GPUs, .* 2 of each/)
  admit({ ...hello, gpus: 0 }, { ...terms, config: { ...config, device: 'cpu' } })
})
