import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTION_IDS } from './actions.ts'
import { actionOf, combination, keysOf } from './keys.ts'
import { inForce } from './profiles.ts'

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

for (const profile of ['ohif', 'weasis'] as const) {
  test(`no two actions share a key of the ${profile} profile, and what it names is how the keyboard says it`, () => {
    const keys = ACTION_IDS.flatMap((id) => [...keysOf(id, inForce(profile, {}))])
    assert.deepEqual(keys.filter((key, index) => keys.indexOf(key) !== index), [])
    assert.deepEqual(keys.filter((key) => /(^|\+)\p{Lu}$/u.test(key) && !/Ctrl|Alt/.test(key)), [], 'letters alone are lower case')
  })
}

test("a profile's keys are those of its program, the user's own go before them", () => {
  assert.deepEqual(keysOf('viewer.pan', inForce('weasis', {})), ['t'])
  assert.deepEqual(keysOf('viewer.pan', inForce('weasis', { 'viewer.pan': 'q' })), ['q'])
  assert.equal(actionOf('a', inForce('weasis', {}), () => true), 'viewer.angle')
  assert.equal(actionOf('a', inForce('ohif', {}), () => true), 'viewer.accept')
})

test('a chosen key replaces the defaults, an empty one switches the shortcut off', () => {
  assert.deepEqual(keysOf('viewer.invert', { 'viewer.invert': 'n' }), ['n'])
  assert.deepEqual(keysOf('viewer.invert', { 'viewer.invert': '' }), [])
  assert.equal(actionOf('n', { 'viewer.invert': 'n' }, () => true), 'viewer.invert')
  assert.equal(actionOf('i', { 'viewer.invert': 'n' }, () => true), undefined)
  assert.equal(actionOf('i', {}, () => false), undefined)
})
