/** A coordinator in a process of its own, for the test that kills it: prints the pids of its ranks. */
import { join } from 'node:path'
import { childFork } from '#main/host/childFork.ts'
import { startCluster } from '../coordinator.ts'

const fork = childFork(join(import.meta.dirname))
startCluster({ run: 'orphan', folder: process.argv[2]!, workers: 2, device: 'cpu' }, (...call) => {
  const child = fork(...call)
  process.stdout.write(`${child.pid}\n`)
  return child
}, (event) => void (event.event === 'step' && process.stdout.write('step\n')))
