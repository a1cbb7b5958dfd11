import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holder, isModifier, withShortcut } from './shortcuts.ts'

test('keys that are taken name their holder, also where it was changed', () => {
  assert.equal(holder('Ctrl+K', 'viewer.invert', {}), 'app.palette')
  assert.equal(holder('Ctrl+K', 'app.palette', {}), undefined)
  assert.equal(holder('n', 'viewer.invert', { 'viewer.overlay': 'n' }), 'viewer.overlay')
  assert.equal(holder('o', 'viewer.invert', { 'viewer.overlay': 'n' }), undefined)
})

test('only what differs from the default is kept', () => {
  assert.deepEqual(withShortcut({}, 'viewer.invert', 'n'), { 'viewer.invert': 'n' })
  assert.deepEqual(withShortcut({ 'viewer.invert': 'n' }, 'viewer.invert', 'i'), {})
  assert.deepEqual(withShortcut({ 'viewer.invert': 'n', 'viewer.pan': 'q' }, 'viewer.invert', undefined), { 'viewer.pan': 'q' })
  assert.deepEqual(withShortcut({}, 'viewer.invert', ''), { 'viewer.invert': '' })
  assert.deepEqual(withShortcut({}, 'app.theme', ''), {}, 'it has no default')
})

test('a held modifier is not a shortcut', () => {
  assert.deepEqual(['Shift', 'Tab', 'a'].map(isModifier), [true, true, false])
})
