import { root } from '../setup/paths.mjs'
import { endWith, runFiles } from './execute.mjs'
import { verifyFiles } from './files.mjs'
import { Tally } from './report.mjs'

/** They train real networks: one at a time, and a slow machine is given its hour. */
const timeoutMs = 60 * 60 * 1000

const filters = process.argv.slice(2)
const files = verifyFiles(root, filters)
const tally = new Tally()
if (files.length === 0) tally.check('proofs', false, `no file of test/verify matches ${filters.join(' ')}`)
await runFiles(tally, files, { concurrency: 1, timeoutMs })
endWith(tally)
