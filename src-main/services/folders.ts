import { join } from 'node:path'

/** The places in a data folder; docs/interfaces.md lists them. */
export interface Folders {
  readonly data: string
  readonly thumbnails: string
  readonly packs: string
  readonly runs: string
  readonly models: string
  readonly inbox: string
  /** ZIP archives that were imported, unpacked. */
  readonly archives: string
  readonly logs: string
  /** Films that other systems sent, or that were fetched from them. */
  readonly received: string
}

export function foldersOf(data: string): Folders {
  const at = (name: string): string => join(data, name)
  return { data, thumbnails: at('thumbnails'), packs: at('packs'), runs: at('runs'), models: at('models'), inbox: at('inbox'), archives: at('archives'), logs: at('logs'), received: at('received') }
}
