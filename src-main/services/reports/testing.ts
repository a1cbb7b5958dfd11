import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The words of JSON Schema (draft 6) that HL7's schema of R4 is written in; another one is an error, not passed over. */
interface Schema {
  $ref?: string
  type?: 'string' | 'number' | 'boolean' | 'array' | 'object'
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: false
  items?: Schema
  enum?: unknown[]
  const?: unknown
  pattern?: string
  oneOf?: Schema[]
}

const WORDS = new Set(['$ref', 'type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'pattern', 'oneOf'])
const { definitions } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../test/golden/fhir/schema.json'), 'utf8')) as { definitions: Record<string, Schema> }

/** What of a bundle is not as FHIR R4 (4.0.1) has it, each with its path; see test/golden/fhir/make.py for where the schema is from. */
export function faultsOf(bundle: unknown): string[] {
  return faults(bundle, { $ref: '#/definitions/Bundle' }, 'Bundle')
}

function faults(value: unknown, schema: Schema, path: string): string[] {
  const strange = Object.keys(schema).filter((word) => !WORDS.has(word))
  if (strange.length) throw new Error(`the schema says ${strange.join()} at ${path}, which is not understood here`)
  if (schema.$ref) return faults(value, definitions[schema.$ref.slice('#/definitions/'.length)]!, path)
  const kind = Array.isArray(value) ? 'array' : typeof value
  if (schema.type && kind !== schema.type) return [`${path} is no ${schema.type}`]
  return [...ofValue(value, schema, path), ...ofObject(value, schema, path), ...ofList(value, schema, path), ...ofChoice(value, schema, path)]
}

function ofValue(value: unknown, { enum: among, const: only, pattern }: Schema, path: string): string[] {
  const right = (!among || among.includes(value)) && (only === undefined || value === only) && (!pattern || typeof value !== 'string' || new RegExp(pattern, 'u').test(value))
  return right ? [] : [`${path} is ${JSON.stringify(value)}`]
}

function ofObject(value: unknown, { properties, required = [], additionalProperties }: Schema, path: string): string[] {
  if (!properties || typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const held = new Map(Object.entries(value))
  return [
    ...required.filter((name) => !held.has(name)).map((name) => `${path} lacks ${name}`),
    ...[...held].flatMap(([name, of]) => {
      const known = properties[name]
      return known ? faults(of, known, `${path}.${name}`) : additionalProperties === false ? [`${path} has ${name}`] : []
    }),
  ]
}

function ofList(value: unknown, { items }: Schema, path: string): string[] {
  return items && Array.isArray(value) ? value.flatMap((item, i) => faults(item, items, `${path}[${i}]`)) : []
}

/** Of several that are all wrong, the one with the fewest faults is what was meant. */
function ofChoice(value: unknown, { oneOf }: Schema, path: string): string[] {
  if (!oneOf) return []
  const found = oneOf.map((one) => faults(value, one, path))
  const right = found.filter((list) => list.length === 0).length
  return right === 1 ? [] : right ? [`${path} is of ${right} kinds at once`] : found.toSorted((a, b) => a.length - b.length)[0]!
}
