import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import { cliHost } from '#main/host/cli.ts'
import { defaultDataFolder } from '#main/host/paths.ts'
import { createServices } from '#main/services/index.ts'
import type { Services } from '#main/services/index.ts'
import type { Command, Context } from './command.ts'
import { usageError } from './command.ts'
import { COMMANDS } from './commands.ts'
import { commandHelp, help } from './help.ts'

export interface Output {
  stdout(text: string): void
  stderr(text: string): void
}

const GLOBAL = { data: { type: 'string' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } as const

/**
 * Run one command line.
 * @param argv without node and script
 * @returns the exit code: 0, 1 for an error, 2 for a wrong call, 130 after Ctrl+C
 */
export async function main(argv: readonly string[], output: Output, signal: AbortSignal): Promise<number> {
  let services: Services | undefined
  const json = argv.includes('--json')
  let streamed = false
  try {
    const { command, words, rest } = findCommand(argv)
    if (!command) {
      if (words.length) throw usageError(`There is no command "${words.slice(0, 2).join(' ')}".`)
      output.stdout(`${help()}\n`)
      return argv.includes('--help') || argv.includes('-h') ? 0 : 2
    }
    const { values, positionals } = parse(command, rest)
    if (values['help']) {
      output.stdout(`${commandHelp(command)}\n`)
      return 0
    }
    const host = cliHost()
    const dataFolder = resolve(typeof values['data'] === 'string' ? values['data'] : defaultDataFolder())
    const context: Context = {
      services: () => (services ??= createServices({ dataFolder, host })),
      host,
      dataFolder,
      json,
      signal,
      say: (line) => output.stderr(`${line}\n`),
      stream(event) {
        streamed = true
        if (json) output.stdout(`${JSON.stringify(event)}\n`)
      },
    }
    const outcome = await command.run(positionals, values, context)
    if (!json && outcome.text) output.stdout(`${outcome.text}\n`)
    if (json && outcome.json) output.stdout(`${JSON.stringify(outcome.json)}\n`)
    return 0
  } catch (error) {
    return tell(error, { json, streamed, signal }, output)
  } finally {
    await services?.close()
  }
}

function tell(error: unknown, { json, streamed, signal }: { json: boolean; streamed: boolean; signal: AbortSignal }, output: Output): number {
  const shape = toErrorShape(error)
  if (json) output.stdout(`${JSON.stringify(streamed ? { event: 'error', error: shape } : { error: shape })}\n`)
  const place = shape.file ? ` (${shape.file}${shape.row ? `, row ${shape.row}` : ''})` : ''
  output.stderr(`${[`${shape.code}: ${shape.message}${place}`, shape.remedy].filter(Boolean).join('\n')}\n`)
  if (shape.code === 'INTERNAL' && error instanceof Error) output.stderr(`${error.stack}\n`)
  return signal.aborted ? 130 : shape.code === 'USAGE' ? 2 : 1
}

/** The command that the first words name, and everything but these words. Only the global options may stand before it. */
function findCommand(argv: readonly string[]): { command: Command | undefined; words: string[]; rest: string[] } {
  const { tokens } = parseArgs({ args: [...argv], options: GLOBAL, strict: false, allowPositionals: true, tokens: true })
  const words = tokens.filter((token) => token.kind === 'positional')
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, i) => words[i]?.value === word))
  const used = new Set(words.slice(0, command?.name.split(' ').length ?? 0).map(({ index }) => index))
  return { command, words: words.map(({ value }) => value), rest: argv.filter((_, i) => !used.has(i)) }
}

function parse({ options, arguments: [least, most], usage, name }: Command, args: string[]): { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] } {
  try {
    const parsed = parseArgs({ args, options: { ...options, ...GLOBAL }, allowPositionals: true, strict: true })
    const { length } = parsed.positionals
    if (!parsed.values.help && (length < least || length > most)) throw usageError(`Call it as: ${name} ${usage}`)
    return parsed
  } catch (error) {
    if (error instanceof CodedError) throw error
    throw usageError(`${(error as Error).message.split('. ', 1)[0]!.replace(/\.$/, '')}.`)
  }
}
