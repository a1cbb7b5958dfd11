import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultDataFolder } from './paths.ts'

test('the data folder follows each platform', () => {
  assert.equal(defaultDataFolder({}, 'linux', '/home/u'), '/home/u/.local/share/xclassifier')
  assert.equal(defaultDataFolder({ XDG_DATA_HOME: '/data' }, 'linux', '/home/u'), '/data/xclassifier')
  assert.equal(defaultDataFolder({ XDG_DATA_HOME: 'relative' }, 'linux', '/home/u'), '/home/u/.local/share/xclassifier')
  assert.equal(defaultDataFolder({}, 'darwin', '/Users/u'), '/Users/u/Library/Application Support/Xclassifier')
  assert.match(defaultDataFolder({ LOCALAPPDATA: 'C:\\Local' }, 'win32', 'C:\\Users\\u'), /^C:\\Local.Xclassifier$/)
})
