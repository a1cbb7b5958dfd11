import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeConfig } from './config.ts'

/** ConfigProto.experimental (16), disable_thread_spinning (9) = true. */
const SLEEPING = '8201024801'

test('threads spin unless they are told not to', () => {
  const encoded = (spin?: boolean): string => Buffer.from(encodeConfig({ device: 'cpu', spin })).toString('hex')
  assert.ok(encoded(false).endsWith(SLEEPING))
  assert.ok(!encoded(true).includes(SLEEPING))
  assert.equal(encoded(), encoded(true))
})
