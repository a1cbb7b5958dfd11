/**
 * Coded errors of the set-up. Written apart from src-shared/errors.ts because the set-up runs on Node 20, which cannot load TypeScript.
 */
export class SetupError extends Error {
  /**
   * @param {string} code
   * @param {string} message what happened, to which file
   * @param {{remedy?: string, file?: string, cause?: unknown}} [details]
   */
  constructor(code, message, details = {}) {
    super(message, { cause: details.cause })
    this.name = 'SetupError'
    this.code = code
    this.remedy = details.remedy
    this.file = details.file
  }
}

const remedies = {
  NO_NETWORK: 'Check the connection, the proxy and the index settings of npm and pip, then start again: what is done already is kept.',
  DISK_FULL: 'Free some space, or set XDG_CACHE_HOME to a folder on a larger disk, then start again.',
  CHECKSUM_MISMATCH: 'Nothing of it was kept. Start again; if it happens twice, the index or a proxy serves an altered file.',
  NOT_WRITABLE: 'Make the folder writable for this user, or set XDG_CACHE_HOME to another one.',
}

/** Codes in the order in which their marks are looked for: a full disk also breaks the connection it was writing for. */
const marks = /** @type {const} */ ([
  ['DISK_FULL', /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i],
  ['CHECKSUM_MISMATCH', /EINTEGRITY|DO NOT MATCH THE HASHES|HASHES ARE REQUIRED|checksum mismatch/i],
  ['NOT_WRITABLE', /\b(EACCES|EPERM|EROFS)\b|Permission denied|Read-only file system/i],
  [
    'NO_NETWORK',
    /fetch failed|socket hang up|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|Failed to establish a new connection|name resolution|Name or service not known|Max retries exceeded|Read timed out|ConnectionError|Connection (?:reset|refused|broken|aborted)|ProxyError|SSLError|Temporary failure/i,
  ],
])

/**
 * The code that a tool's output (npm, pip, node-gyp) speaks of.
 * @param {string} output
 * @returns {keyof typeof remedies | undefined}
 */
export function codeOf(output) {
  return marks.find(([, mark]) => mark.test(output))?.[0]
}

/**
 * Error of a tool that failed, from what it printed.
 * @param {string} output
 * @param {string} doing what was being done, as in "fetching tensorflow-cpu"
 * @param {{code: string, remedy: string}} otherwise
 */
export function failureOf(output, doing, otherwise) {
  const code = codeOf(output)
  const words = { NO_NETWORK: 'no network', DISK_FULL: 'the disk is full', CHECKSUM_MISMATCH: 'checksum mismatch', NOT_WRITABLE: 'not allowed to write' }
  const last = lastLine(output)
  if (code) return new SetupError(code, `${words[code]} while ${doing}${last && `: ${last}`}`, { remedy: remedies[code] })
  return new SetupError(otherwise.code, `${doing} failed${last && `: ${last}`}`, { remedy: otherwise.remedy })
}

/**
 * Coded form of an error of the file system; anything else is returned as it is.
 * @param {unknown} error
 * @param {string} doing
 */
export function systemError(error, doing) {
  if (error instanceof SetupError || !(error instanceof Error) || !('code' in error)) return error
  const code = codeOf(String(error.code))
  if (!code) return error
  const path = 'path' in error ? String(error.path) : undefined
  return new SetupError(code, `${code === 'DISK_FULL' ? 'the disk is full' : error.message} while ${doing}`, { remedy: remedies[code], file: path, cause: error })
}

/**
 * @param {keyof typeof remedies} code
 * @param {string} message
 * @param {string} [file]
 */
export function knownError(code, message, file) {
  return new SetupError(code, message, { remedy: remedies[code], file })
}

/**
 * The last line that says why: notices about newer versions and log files say nothing about the failure.
 * @param {string} output
 */
function lastLine(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm error\s*/, '').trim())
  const said = lines.filter((line) => line && !/^at |^\[?notice|^npm (?:notice|warn)|^If you are behind a proxy|complete log of this run|debug-0\.log$/i.test(line))
  return (said.findLast((line) => /error/i.test(line)) ?? said.at(-1) ?? '').slice(0, 300)
}

/**
 * What a person reads when the set-up stops.
 * @param {unknown} error
 */
export function tell(error) {
  if (!(error instanceof SetupError)) return `Set-up failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  return [`Set-up stopped [${error.code}]: ${error.message}`, error.file && `  file: ${error.file}`, error.remedy && `  ${error.remedy}`].filter(Boolean).join('\n')
}
