import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectScope, nextTick, ref } from 'vue'
import { useLate } from './late.ts'

test('what is over in 200 ms is never shown as busy; what lasts longer is, until it ends', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const scope = effectScope()
  const busy = ref(true)
  const late = scope.run(() => useLate(() => busy.value))!
  const set = async (to: boolean): Promise<void> => {
    busy.value = to
    await nextTick()
  }
  t.mock.timers.tick(199)
  assert.equal(late.value, false)
  await set(false)
  t.mock.timers.tick(500)
  assert.equal(late.value, false)
  await set(true)
  t.mock.timers.tick(200)
  assert.equal(late.value, true)
  await set(false)
  assert.equal(late.value, false)
  await set(true)
  scope.stop()
  t.mock.timers.tick(500)
  assert.equal(late.value, false, 'a page that was left shows nothing')
})
