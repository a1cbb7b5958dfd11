import type { MachineDevices } from '#shared/contracts/training.ts'
import type { ExperimentTable } from '#shared/domain/experiment.ts'
import type { RunRequest } from '../training/config.ts'
import type { StoredRow } from './record.ts'

type RowPlan = Pick<StoredRow, 'key' | 'title' | 'asked' | 'films'> & { absent?: string }

/** Rows of a table, in the order of the paper. */
export function rowsOf(table: ExperimentTable, request: RunRequest, machine: MachineDevices): StoredRow[] {
  const plans = { table3: variants, table4: formats, table5: () => devices(request, machine), table6: finalModel }[table]()
  return plans.map(({ absent = null, ...plan }) => ({ ...plan, absent, run: null, measured: null, error: null }))
}

const variants = (): RowPlan[] => [
  { key: 'densenet121', title: 'DenseNet-121', asked: { model: 'densenet121' } },
  { key: 'densenet121d', title: 'DenseNet-121d', asked: { model: 'densenet121d' } },
  { key: 'densenetblur121d', title: 'DenseNetblur-121d', asked: { model: 'densenetblur121d' } },
]

const formats = (): RowPlan[] => [
  { key: 'dicom', title: 'DICOM', asked: {}, films: 'dicom' },
  { key: 'jpeg', title: 'JPEG', asked: {}, films: 'jpeg' },
]

const finalModel = (): RowPlan[] => [{ key: 'final', title: 'Xclassifier Desktop', asked: {} }]

/** On a CPU a core stands for a device. The batch is each process's, as in the paper. */
function devices({ device: asked, workers }: RunRequest, { cpu, gpus, defaults }: MachineDevices): RowPlan[] {
  const gpu = (asked === 'auto' ? defaults.device : asked) === 'gpu'
  const count = workers ?? (gpu ? gpus.length : cpu.cores)
  const [one, many] = gpu ? ['1 GPU', `${count} GPUs`] : ['1 core', `${count} cores`]
  const single = count < 2 ? 'There is only one device.' : undefined
  const spread = gpu ? 'One process drives one GPU here: the paper\'s DP, which it found slower than DDP, does not exist.' : single
  return [
    { key: 'one', title: `One process, ${one}`, asked: gpu ? { device: 'gpu', workers: 1 } : { device: 'cpu', workers: 1, threads: 1 } },
    { key: 'spread', title: `One process over ${many}`, asked: { device: 'cpu', workers: 1, threads: count }, ...(spread && { absent: spread }) },
    { key: 'ddp', title: `DDP, ${many}`, asked: gpu ? { device: 'gpu', workers: count } : { device: 'cpu', workers: count, threads: 1 }, ...(single && { absent: single }) },
  ]
}
