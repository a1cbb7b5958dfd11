/** What module.ts is made of, and its digest: the test sees when somebody forgot to build. */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const sources = readdirSync(import.meta.dirname).filter((name) => /\.[ch]$/.test(name)).sort().map((name) => join(import.meta.dirname, name))

const hash = createHash('sha256')
for (const path of sources) hash.update(readFileSync(path))
export const digest = hash.digest('hex')
