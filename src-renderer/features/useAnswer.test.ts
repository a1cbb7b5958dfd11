import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useAnswer } from './useAnswer.ts'

test('the answer to an older question is dropped, whichever comes first', async () => {
  const pending: ((text: string) => void)[] = []
  const answer = useAnswer(() => new Promise<string>((resolve) => pending.push(resolve)))
  const first = answer.reload()
  const second = answer.reload()
  pending[1]!('new')
  await second
  pending[0]!('old')
  await first
  assert.equal(answer.value.value, 'new')
  assert.equal(answer.busy.value, false)
})

test('a failure keeps the answer that is in sight; the next answer takes the failure away', async () => {
  let fail = false
  const answer = useAnswer(async () => {
    if (fail) throw new Error('gone')
    return 1
  })
  await answer.reload()
  fail = true
  await answer.reload()
  assert.equal(answer.value.value, 1)
  assert.match(String(answer.error.value), /gone/)
  fail = false
  await answer.reload()
  assert.equal(answer.error.value, null)
})

test('a cleared answer stays away', async () => {
  let settle = (_: number): void => {}
  const answer = useAnswer(() => new Promise<number>((resolve) => (settle = resolve)))
  const asked = answer.reload()
  answer.clear()
  settle(3)
  await asked
  assert.equal(answer.value.value, undefined)
})
