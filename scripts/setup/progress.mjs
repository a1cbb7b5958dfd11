/**
 * Everything the set-up says goes to stderr, so that a command's own output on stdout stays clean.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

/**
 * Progress of one transfer: a line that is rewritten on a terminal, one line each tenth elsewhere.
 * @param {string} label
 * @param {number | undefined} total bytes
 * @param {{isTTY?: boolean, write(text: string): unknown}} stream
 */
export function createProgress(label, total, stream = process.stderr, now = Date.now) {
  const started = now()
  let shown = -1
  const text = (/** @type {number} */ bytes) => {
    const seconds = Math.max((now() - started) / 1000, 0.001)
    const of = total ? ` of ${megabytes(total)} (${Math.floor((100 * bytes) / total)} %)` : ''
    return `${label}: ${megabytes(bytes)}${of}, ${megabytes(bytes / seconds)}/s`
  }
  return {
    /** @param {number} bytes done so far */
    update(bytes) {
      const done = total ? Math.min(bytes, total) : bytes
      const step = total ? Math.floor((10 * done) / total) : Math.floor(done / 5e7)
      if (stream.isTTY) stream.write(`\r\u001b[K${text(done)}`)
      else if (step > shown) stream.write(`${text(done)}\n`)
      shown = Math.max(shown, step)
    },
    end() {
      if (stream.isTTY && shown >= 0) stream.write('\n')
    },
  }
}
