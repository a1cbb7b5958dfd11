import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { NodeTypes } from '@vue/compiler-core'
import type { TemplateChildNode } from '@vue/compiler-core'
import { parse } from 'vue/compiler-sfc'

const ROOT = join(import.meta.dirname, '../..')
/** Attributes that a person reads or hears. */
const SAID = new Set(['label', 'title', 'text', 'placeholder', 'hint', 'description', 'problem', 'alt', 'action', 'aria-label', 'aria-description'])
/** Units and abbreviations (px is none of them) are the same in every language. */
const WORD = /\p{Ll}{2}/u

/** Text and attributes of a template that are written out in it, each with its line. */
function literals(nodes: readonly TemplateChildNode[]): string[] {
  return nodes.flatMap((node) => {
    if (node.type === NodeTypes.TEXT) return WORD.test(node.content) ? [`${node.loc.start.line}: ${node.content.trim()}`] : []
    if (node.type !== NodeTypes.ELEMENT) return []
    const said = node.props.flatMap((prop) => (prop.type === NodeTypes.ATTRIBUTE && SAID.has(prop.name) && WORD.test(prop.value?.content ?? '') ? [`${prop.loc.start.line}: ${prop.loc.source}`] : []))
    return [...said, ...literals(node.children)]
  })
}

const literalsOf = (source: string): string[] => literals(parse(source).descriptor.template?.ast?.children ?? [])

test('what a page says stands in a catalogue, not in its template', () => {
  const files = globSync('src-renderer/**/*.vue', { cwd: ROOT })
  assert.ok(files.length > 100)
  assert.deepEqual(files.flatMap((file) => literalsOf(readFileSync(join(ROOT, file), 'utf8')).map((found) => `${file}:${found}`)), [])
})

test('words are found in text, in attributes and below v-if', () => {
  const source = '<template>\n<div v-if="open"><p class="said">{{ t.x }} films</p>\n<UiField label="Name" :title="t.y" name="field" /> 3 MB</div></template>'
  assert.deepEqual(literalsOf(source), ['2: films', '3: label="Name"'])
})
