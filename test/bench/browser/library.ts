/** A library over a folder as the command line has it. */
import type { Host } from '#main/host/host.ts'
import { createServices } from '#main/services/index.ts'
import type { Services } from '#main/services/index.ts'

export function openLibrary(dataFolder: string): Services {
  const fork = () => {
    throw new Error('the browser runs no processes')
  }
  const host: Host = { kind: 'cli', fork, emit: () => {} }
  return createServices({ dataFolder, host })
}

/** Greatest resident memory of this process so far, bytes. */
export const peak = (): number => process.resourceUsage().maxRSS * 1024
