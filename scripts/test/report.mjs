import { inspect } from 'node:util'

/**
 * Counts what ran and keeps what went wrong. A skipped or todo test is a failure: it would pass for tested.
 */
export class Tally {
  passed = 0
  /** @type {string[]} one text per failure */
  failures = []

  /**
   * @param {string} name
   * @param {boolean} ok
   * @param {string} [detail]
   */
  check(name, ok, detail = '') {
    if (ok) this.passed++
    else this.failures.push(detail ? `${name}\n${indent(detail)}` : name)
  }

  /** @param {Tally} other */
  add(other) {
    this.passed += other.passed
    this.failures.push(...other.failures)
  }

  /** The one line that a machine reads. */
  get summary() {
    return `${this.passed} passed, ${this.failures.length} failed`
  }
}

/**
 * @typedef {{name: string, file?: string, line?: number, nesting: number, skip?: string | boolean, todo?: string | boolean, details: {type?: string, duration_ms: number, error?: unknown}}} TestEvent
 */

/**
 * Takes one result of the runner. Suites only group, so they count when they fail by themselves (a hook, a timeout).
 * The file itself is reported as a test only when it ran none, or crashed.
 * @param {Tally} tally
 * @param {TestEvent} event
 * @param {boolean} passed
 * @param {string} file the test file, relative to the root
 */
export function takeResult(tally, event, passed, file) {
  const isFile = event.nesting === 0 && (event.name === event.file || event.name === file)
  const name = isFile ? file : `${file}${event.line ? `:${event.line}` : ''}  ${event.name}`
  if (event.skip !== undefined) return tally.check(name, false, `skipped${reason(event.skip)}: a test runs or is deleted`)
  if (event.todo !== undefined) return tally.check(name, false, `todo${reason(event.todo)}: a test runs or is deleted`)
  if (passed && isFile) return tally.check(name, false, 'the file ran no test')
  if (passed && event.details.type !== 'suite') return tally.check(name, true)
  if (!passed && !onlyBecauseOfChildren(event.details.error)) tally.check(name, false, describe(event.details.error))
}

/** @param {string | boolean} text */
function reason(text) {
  return typeof text === 'string' && text ? ` (${text})` : ''
}

/** @param {unknown} error */
function onlyBecauseOfChildren(error) {
  return error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed'
}

/** @param {unknown} error */
function describe(error) {
  const cause = error instanceof Error && error.cause ? error.cause : error
  return cause instanceof Error ? inspect(cause, { depth: 6, colors: false }) : String(cause)
}

/** @param {string} text */
export function indent(text) {
  return text.replace(/^/gm, '    ')
}
