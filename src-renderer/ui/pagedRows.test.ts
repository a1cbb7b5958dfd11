import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pagedRows } from './pagedRows.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('pages are fetched once, as they come into sight', async () => {
  const asked: number[] = []
  const list = pagedRows(async (offset, limit) => {
    asked.push(offset)
    return { total: 25, rows: Array.from({ length: Math.min(limit, 25 - offset) }, (_, i) => offset + i) }
  }, 10)
  await list.reload()
  assert.equal(list.total.value, 25)
  assert.equal(list.rows.value.length, 25)
  assert.equal(list.rows.value[12], undefined)
  list.need(8, 12)
  list.need(8, 12)
  await turn()
  assert.deepEqual(asked, [0, 10])
  assert.equal(list.rows.value[12], 12)
  assert.equal(list.rows.value[3], 3, 'the first page stays')
})

test('the answer to an old question is dropped', async () => {
  const answers: ((value: { total: number; rows: string[] }) => void)[] = []
  const list = pagedRows<string>(() => new Promise((resolve) => answers.push(resolve)))
  const first = list.reload()
  const second = list.reload()
  answers[1]!({ total: 1, rows: ['new'] })
  await second
  answers[0]!({ total: 1, rows: ['old'] })
  await first
  assert.deepEqual(list.rows.value, ['new'])
})

test('a failure is kept for the page and goes with the next answer', async () => {
  let fail = true
  const list = pagedRows<number>(async () => {
    if (fail) throw new Error('no')
    return { total: 0, rows: [] }
  })
  await list.reload()
  assert.match(String(list.error.value), /no/)
  fail = false
  await list.reload()
  assert.equal(list.error.value, null)
})

test('of a very long list only the pages near what is looked at are kept', async () => {
  const asked: number[] = []
  const list = pagedRows(async (offset, limit) => {
    asked.push(offset)
    return { total: 10_000, rows: Array.from({ length: limit }, (_, i) => offset + i) }
  }, 10)
  await list.reload()
  for (let page = 1; page < 100; page++) {
    list.need(page * 10, page * 10)
    await turn()
  }
  const { value } = list.rows
  assert.equal(value.filter((row) => row !== undefined).length, 640)
  assert.deepEqual([value.length, value[0], value[999]], [10_000, undefined, 999])
  list.need(0, 5)
  await turn()
  assert.deepEqual([list.rows.value[3], asked.filter((offset) => offset === 0).length], [3, 2])
})
