/** How to start each side. */
import { join } from 'node:path'
import { freeAddresses } from '#main/engine/cluster/ports.ts'
import type { SideCommand } from './side.ts'

const here = import.meta.dirname

/** One of our children: a file of `sides/`. */
export function ours(side: string, setting: object, name = `ours ${side}`): SideCommand {
  return { name, commands: [{ file: process.execPath, args: [join(here, 'sides', `${side}.ts`), JSON.stringify(setting)] }] }
}

/** One of PyTorch's: a file of `torch/`. */
export function torch(python: string, side: string, setting: { threads?: number }, name = `torch ${side}`): SideCommand {
  const env = { OMP_NUM_THREADS: String(setting.threads ?? 1) }
  return { name, commands: [{ file: python, args: [join(here, 'torch', `${side}.py`), JSON.stringify(setting)], env }] }
}

/** The same side as ranks of one group on loopback. */
export async function ranks(command: (setting: { tasks: string[]; rank: number }) => SideCommand, count: number): Promise<SideCommand> {
  const tasks = await freeAddresses(count)
  const all = tasks.map((_, rank) => command({ tasks, rank }))
  return { name: `${all[0]!.name} on ${count} processes`, commands: all.flatMap(({ commands }) => commands) }
}
