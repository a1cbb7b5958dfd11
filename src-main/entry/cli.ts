import { main } from '#main/cli/main.ts'
import { endWithParent } from '#main/host/tied.ts'

/** `xclassifier COMMAND ...`: see src-main/cli/commands.ts for the commands. */
endWithParent()
const abort = new AbortController()
// The first Ctrl+C ends in order; a second one at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort())

// A reader that has left (`| head -1`) costs neither the run nor the import.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await main(
  process.argv.slice(2),
  { stdout: (text) => void process.stdout.write(text), stderr: (text) => void process.stderr.write(text) },
  abort.signal,
)
