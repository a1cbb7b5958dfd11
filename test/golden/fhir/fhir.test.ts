import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { reportFhir } from '#main/services/reports/report-fhir.ts'
import { CONTENTS } from './contents.ts'
import { faultsOf } from '#main/services/reports/testing.ts'

type Step = string | number
interface Verdict {
  name: string
  /** The first step is the kind of a resource, then its first one is meant. */
  path: Step[]
  /** Left out: the field is. */
  value?: unknown
  /** What jsonschema says under HL7's whole schema, and the classes of fhir.resources. */
  schema: boolean
  classes: boolean
}
type Node = Record<Step, unknown>
interface Bundle {
  entry: { resource: { resourceType: string } }[]
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
const verdicts = JSON.parse(read('verdicts.json')) as Verdict[]

for (const [name, content] of Object.entries(CONTENTS)) {
  test(`the bundle of a report (${name}) is the one that other programs took, and fits the schema of R4`, () => {
    const text = reportFhir(content)
    assert.deepEqual(JSON.parse(text), JSON.parse(read(`bundles/${name}.json`)))
    assert.deepEqual(faultsOf(JSON.parse(text)), [])
  })
}

function changed({ path, ...verdict }: Verdict): Bundle {
  const bundle = JSON.parse(read('bundles/signed.json')) as Bundle
  const resource = bundle.entry.find((entry) => entry.resource.resourceType === path[0])?.resource
  const steps = resource ? path.slice(1) : path
  const node = steps.slice(0, -1).reduce<Node>((at, step) => at[step] as Node, (resource ?? bundle) as unknown as Node)
  if ('value' in verdict) node[steps.at(-1)!] = verdict.value
  else delete node[steps.at(-1)!]
  return bundle
}

test('each fault that HL7 or fhir.resources sees in a bundle is seen here, at its place', () => {
  assert.ok(verdicts.length >= 30)
  for (const verdict of verdicts) {
    assert.ok(!verdict.schema || !verdict.classes)
    const found = faultsOf(changed(verdict))
    assert.ok(found.some((fault) => fault.includes(String(verdict.path.at(-1)))), `${verdict.name}: ${found.join('; ') || 'nothing found'}`)
  }
})
