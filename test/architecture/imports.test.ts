import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { root } from '../../scripts/setup/paths.mjs'
import { readImports } from './imports.ts'
import { MOST_LINES, rules, tooLong, violations } from './rules.ts'

const folder = mkdtempSync(join(tmpdir(), 'xclassifier-architecture-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A tree with these files, alone. */
function plant(name: string, files: Record<string, string>): string {
  const base = join(folder, name.replaceAll(/\W+/g, '-'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(base, dirname(file)), { recursive: true })
    writeFileSync(join(base, file), text)
  }
  return base
}

/** By rule: files that break it, each in one way, and files that look alike and keep it. */
const planted: { bad: Record<string, string>; good: Record<string, string> }[] = [
  {
    bad: {
      'src-renderer/a.ts': `import { x } from '#main/store/x.ts'`,
      'src-renderer/b.vue': `<template><p /></template>\n<script setup lang="ts">\nimport type { X } from '../src-main/store/x.ts'\n</script>`,
      'src-renderer/c.ts': `const fs = await import('node:fs')`,
      'src-renderer/d.ts': `export * from '../../src-main/store/x.ts'`,
      'src-renderer/e.ts': `import { ipcRenderer } from 'electron'`,
      'src-renderer/f.ts': `type X = import('../src-main/store/x.ts').X`,
    },
    good: { 'src-renderer/g.ts': `import { ref } from 'vue'\nimport type { Y } from '../src-shared/y.ts'\n// import '#main/x.ts'`, 'src-renderer/h.test.ts': `import test from 'node:test'` },
  },
  {
    bad: { 'src-shared/a.ts': `import { join } from 'node:path'`, 'src-shared/b.ts': `import { ref } from 'vue'`, 'src-shared/c.ts': `import '../src-main/x.ts'` },
    good: { 'src-shared/d.ts': `import { z } from 'zod'\nimport { e } from './e.ts'\nimport type { f } from '#shared/f.ts'`, 'src-shared/d.test.ts': `import test from 'node:test'` },
  },
  {
    bad: { 'src-main/host/a.ts': `import '../../src-renderer/main.ts'`, 'src-main/services/b.ts': `import { t } from '../../test/t.ts'` },
    good: { 'src-main/host/c.ts': `import '#main/services/index.ts'` },
  },
  {
    bad: { 'src-main/services/a.ts': `import { app } from 'electron'`, 'src-main/host/web/b.ts': `const { app } = require('electron')`, 'src-main/entry/web.ts': `import type { App } from 'electron/main'` },
    good: { 'src-main/host/electron/c.ts': `import { app } from 'electron'`, 'src-main/entry/electron.ts': `import { app } from 'electron'`, 'src-main/entry/preload.ts': `import { ipcRenderer } from 'electron'`, 'src-main/services/d.ts': `import 'electron-log'` },
  },
  {
    bad: {
      'src-main/store/a.ts': `import { h } from '#main/host/host.ts'`,
      'src-main/engine/b.ts': `import type { Host } from '#main/host/host.ts'`,
      'src-main/services/c.ts': `import { host } from '../host/host.ts'`,
      'src-main/services/d.ts': `import type { W } from '../host/web/w.ts'`,
      'src-main/dicom/e.ts': `new Worker(new URL('../entry/trainer.ts', import.meta.url))`,
    },
    good: { 'src-main/services/f.ts': `import type { Host } from '#main/host/host.ts'`, 'src-main/services/g.ts': `import { type Host } from '#main/host/host.ts'`, 'src-main/engine/testing/h.ts': `import '#main/host/childFork.ts'` },
  },
  {
    bad: { 'src-main/store/a.ts': `import '#main/services/index.ts'`, 'src-main/engine/b/c.ts': `import type { S } from '../../services/s.ts'`, 'src-main/dicom/d.ts': `await import('#main/services/s.ts')` },
    good: { 'src-main/services/e.ts': `import '#main/store/index.ts'`, 'src-main/store/f.ts': `import './services.ts'` },
  },
  {
    bad: { 'src-main/dicom/a.ts': `import '#main/store/index.ts'`, 'src-main/store/b.ts': `import type { Film } from '#main/dicom/films.ts'`, 'src-main/store/c.ts': `import '../engine/x.ts'` },
    good: { 'src-main/services/d.ts': `import '#main/store/index.ts'\nimport '#main/dicom/index.ts'` },
  },
]

const imports = readImports(root)

for (const [index, rule] of rules.entries()) {
  test(rule.says, () => assert.deepEqual(violations(rule, imports), []))

  test(`planted breaks are caught, look-alikes are not: ${rule.says}`, () => {
    const { bad, good } = planted[index]!
    const found = violations(rule, readImports(plant(rule.says, { ...bad, ...good })))
    assert.deepEqual(found.map((line) => line.split(':')[0]), Object.keys(bad).sort())
  })
}

test('the sources were really read', () => {
  assert.ok(imports.length > 300, `${imports.length} imports`)
  assert.ok(imports.some(({ file, target }) => file.endsWith('.vue') && target?.startsWith('src-renderer/')))
  assert.equal(readImports(plant('lines', { 'src-main/a.ts': `\n\nimport x from 'y'` }))[0]!.line, 3)
})

test(`no file has more than ${MOST_LINES} lines of code`, () => assert.deepEqual(tooLong(root), []))

test('a long file is caught; blank lines and comments do not count', () => {
  const code = (lines: number) => 'let x\n'.repeat(lines)
  const base = plant('long', {
    'src-main/fits.ts': `/**\n${' * word\n'.repeat(90)} */\n${code(MOST_LINES)}\n\n// end\n`,
    'src-main/long.ts': code(MOST_LINES + 1),
    'src-renderer/long.vue': `<template>\n${'<p />\n'.repeat(MOST_LINES)}</template>`,
    'src-main/long.cc': code(MOST_LINES + 1),
  })
  assert.deepEqual(tooLong(base).map((line) => line.split(' ')[0]).sort(), ['src-main/long.cc', 'src-main/long.ts', 'src-renderer/long.vue'])
})
