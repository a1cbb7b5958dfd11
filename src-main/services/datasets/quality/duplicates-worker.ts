import { parentPort, workerData } from 'node:worker_threads'
import { DuplicateSearch } from './duplicates.ts'
import type { Prints, Twins } from './duplicates.ts'

export type Told = { done: number; total: number } | { twins: Twins }

const twins = new DuplicateSearch(workerData as Prints).run((done, total) => parentPort!.postMessage({ done, total } satisfies Told))
parentPort!.postMessage({ twins } satisfies Told)
