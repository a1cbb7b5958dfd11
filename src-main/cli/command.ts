import type { ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { CodedError } from '#shared/errors.ts'
import type { CliHost } from '#main/host/cli.ts'
import type { Services } from '#main/services/index.ts'

/** What a command has to work with. */
export interface Context {
  /** Opens the library of the data folder on first use, so that a usage error leaves no trace. */
  services(): Services
  readonly host: CliHost
  readonly dataFolder: string
  readonly json: boolean
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal
  /** A line for the reader, on stderr. */
  say(line: string): void
  /** One JSON line on stdout at once, for commands that stream; without `--json` nothing. */
  stream(event: object): void
}

export interface Command {
  /** One or two words. */
  name: string
  /** One line. */
  summary: string
  /** Arguments and options as in the help. */
  usage: string
  /** What the help says besides. */
  details?: string
  options: ParseArgsOptionsConfig
  /** Positional arguments: least and most. */
  arguments: [number, number]
  /** @returns the JSON object for stdout, null when everything was streamed; and its readable form */
  run(args: string[], values: Values<ParseArgsOptionsConfig>, context: Context): Promise<Outcome>
}

export interface Outcome {
  json: object | null
  text: string
}

type Values<O extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>['values']

/** A command whose `values` have the types of its `options`. */
export function command<const O extends ParseArgsOptionsConfig>(
  definition: Omit<Command, 'options' | 'run'> & { options: O; run(args: string[], values: Values<O>, context: Context): Promise<Outcome> },
): Command {
  return definition as unknown as Command
}

export function usageError(message: string): CodedError {
  return new CodedError('USAGE', message, { remedy: 'See --help.' })
}

/** One of the words an option may take. @throws USAGE */
export function oneOf<const T extends string>(option: string, value: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === value)
  if (word === undefined) throw usageError(`--${option} takes ${words.join(', ')}; not "${value}".`)
  return word
}

/** A number within bounds. @throws USAGE */
export function numberOf(option: string, value: string, { min = -Infinity, max = Infinity, integer = false } = {}): number {
  const number = value.trim() === '' ? NaN : Number(value)
  if (!(number >= min && number <= max) || (integer && !Number.isInteger(number))) {
    const bounds = [...(min > -Infinity ? [`from ${min}`] : []), ...(max < Infinity ? [`to ${max}`] : [])]
    throw usageError(`${[`--${option} takes`, integer ? 'a whole number' : 'a number', ...bounds].join(' ')}; not "${value}".`)
  }
  return number
}

/** `80,10,10`: three shares. @throws USAGE */
export function ratiosOf(value: string): [number, number, number] {
  const ratios = value.split(',').map((share) => numberOf('ratios', share, { min: 0, max: 100 }))
  if (ratios.length !== 3) throw usageError(`--ratios takes three shares in per cent, as in 80,10,10; not "${value}".`)
  return ratios as [number, number, number]
}
