import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTION_IDS, ACTIONS } from './actions.ts'
import { actionOf, combination, keysOf } from './keys.ts'

const press = (key: string, modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers })

test('combinations have one name whatever the keyboard', () => {
  assert.equal(combination(press('k', { ctrlKey: true })), 'Ctrl+K')
  assert.equal(combination(press('k', { metaKey: true })), 'Ctrl+K')
  assert.equal(combination(press('O', { ctrlKey: true, shiftKey: true })), 'Ctrl+Shift+O')
  assert.equal(combination(press('1', { altKey: true })), 'Alt+1')
  assert.equal(combination(press('?', { shiftKey: true })), '?')
  assert.equal(combination(press(' ')), 'Space')
  assert.equal(combination(press('I', { shiftKey: true })), 'Shift+i')
  assert.equal(combination(press('+', { shiftKey: true })), '+')
})

test('no two actions share a default key', () => {
  const keys = ACTION_IDS.flatMap((id) => [...ACTIONS[id].keys])
  assert.deepEqual(keys.filter((key, index) => keys.indexOf(key) !== index), [])
})

test('a chosen key replaces the defaults, an empty one switches the shortcut off', () => {
  assert.deepEqual(keysOf('viewer.invert', { 'viewer.invert': 'n' }), ['n'])
  assert.deepEqual(keysOf('viewer.invert', { 'viewer.invert': '' }), [])
  assert.equal(actionOf('n', { 'viewer.invert': 'n' }, () => true), 'viewer.invert')
  assert.equal(actionOf('i', { 'viewer.invert': 'n' }, () => true), undefined)
  assert.equal(actionOf('i', {}, () => false), undefined)
})
