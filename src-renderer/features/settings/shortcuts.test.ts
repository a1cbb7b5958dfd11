import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holder, isModifier, withShortcut } from './shortcuts.ts'

test('keys that are taken name their holder, also where it was changed', () => {
  assert.equal(holder('Ctrl+K', 'viewer.invert', {}), 'app.palette')
  assert.equal(holder('Ctrl+K', 'app.palette', {}), undefined)
  assert.equal(holder('9', 'viewer.invert', { 'viewer.overlay': '9' }), 'viewer.overlay')
  assert.equal(holder('o', 'viewer.invert', { 'viewer.overlay': '9' }), undefined)
})

test('only what differs from the default is kept', () => {
  assert.deepEqual(withShortcut({}, 'viewer.invert', 'n', 'ohif'), { 'viewer.invert': 'n' })
  assert.deepEqual(withShortcut({ 'viewer.invert': 'n' }, 'viewer.invert', 'i', 'ohif'), {})
  assert.deepEqual(withShortcut({ 'viewer.invert': 'n', 'viewer.pan': 'q' }, 'viewer.invert', undefined, 'ohif'), { 'viewer.pan': 'q' })
  assert.deepEqual(withShortcut({}, 'viewer.invert', '', 'ohif'), { 'viewer.invert': '' })
  assert.deepEqual(withShortcut({}, 'app.theme', '', 'ohif'), {}, 'it has no default')
})

test('under another profile its keys are the default', () => {
  assert.deepEqual(withShortcut({ 'viewer.pan': 'q' }, 'viewer.pan', 't', 'weasis'), {})
  assert.deepEqual(withShortcut({}, 'viewer.pan', 'p', 'weasis'), { 'viewer.pan': 'p' })
})

test('a held modifier is not a shortcut', () => {
  assert.deepEqual(['Shift', 'Tab', 'a'].map(isModifier), [true, true, false])
})
