import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'
import { table } from './table.ts'

const GLOBAL = `  --data DIR   folder of the library, models and packs (default: the user's data folder)
  --json       one JSON object on stdout, everything else on stderr; errors as {"error": {"code", "message", "file"?}}
  --help       this text, or that of a command`

export function help(): string {
  const commands = table(['', ''], COMMANDS.map(({ name, summary }) => [`  ${name}`, summary])).trimStart()
  return `xclassifier [--data DIR] [--json] COMMAND ...\n\n  ${commands}\n\n${GLOBAL}\n\nNot for diagnostic use.`
}

export function commandHelp({ name, usage, summary, details }: Command): string {
  return `xclassifier ${[name, usage].filter(Boolean).join(' ')}\n\n${summary}.\n\n${details ? `${details}\n\n` : ''}${GLOBAL}`
}
