import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Host } from '#main/host/host.ts'
import { createHandlers, createServices } from '#main/services/index.ts'
import { contract } from '#shared/contracts/index.ts'
import { unmatched } from './rules.ts'

const dataFolder = mkdtempSync(join(tmpdir(), 'xclassifier-contracts-'))
after(() => rmSync(dataFolder, { recursive: true, force: true }))

test('every request of the contracts has a handler, and no handler is left over', async () => {
  const host: Host = { kind: 'cli', emit: () => undefined, fork: () => assert.fail('nothing is forked here') }
  const services = createServices({ dataFolder, host })
  try {
    assert.deepEqual(unmatched(contract, createHandlers(services)), [])
  } finally {
    await services.close()
  }
  assert.ok(Object.keys(contract).length > 20)
})

test('a request without a handler is caught, and a handler without a request', () => {
  assert.deepEqual(unmatched({ 'a.list': {}, 'a.open': {} }, { 'a.list': () => 1, 'a.gone': () => 2 }), ['a.open has no handler', 'a.gone is in no contract'])
})
