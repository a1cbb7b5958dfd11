import type { RunRow } from '../../../src-shared/contracts/training.ts'
import type { RunConfig } from '../../../src-shared/domain/run.ts'
import { policyName } from '../datasets/policy.ts'
import { strings as datasets } from '../datasets/strings.ts'
import { scientific } from './rates.ts'
import { strings as t } from './strings.ts'

export interface Setting {
  key: string
  label: string
  value: string
}

const yesNo = (on: boolean): string => (on ? t.yes : t.no)
const orOff = (value: number | undefined): string => (value === undefined ? t.off : String(value))

/** Everything a run was asked to do, in the order of the form; what was left alone is told with its default. */
export function settingsOf({ datasetName, config }: Pick<RunRow, 'datasetName' | 'config'>): Setting[] {
  const c = config
  const all: Record<string, string> = {
    dataset: datasetName,
    split: datasets.kindsShort[c.split],
    splitSeed: c.split === 'file' ? t.none : String(c.splitSeed),
    ratios: c.split === 'file' ? t.none : c.ratios.join(' / '),
    policy: policyName(c.policy),
    allowLeakage: c.allowLeakage ?? t.none,
    model: c.model,
    blur: c.model === 'densenetblur121d' ? (c.blur ?? 'stem') : t.none,
    head: c.head,
    metadata: yesNo(c.metadata ?? false),
    init: c.init,
    size: t.chipSize(c.size),
    augment: yesNo(c.augment === 'paper'),
    preset: c.preset,
    epochs: String(c.epochs),
    freezeEpochs: firstStage(c),
    lr: scientific(c.lr),
    bodyLr: c.bodyLr === undefined ? t.asSchedule : scientific(c.bodyLr),
    weightDecay: String(c.weightDecay ?? 0.01),
    device: c.device.toUpperCase(),
    workers: String(c.workers),
    batch: String(c.batch),
    accumulate: String(c.accumulate ?? 1),
    machines: c.cluster?.workers.join(', ') ?? t.thisOne,
    posWeight: yesNo(c.posWeight === 'auto'),
    labelSmoothing: String(c.labelSmoothing ?? 0),
    clipNorm: orOff(c.clipNorm),
    precision: c.precision ?? 'fp32',
    deterministic: yesNo(c.deterministic ?? false),
    threads: c.threads === undefined ? t.sharedCores : String(c.threads),
    seed: String(c.seed),
    patience: orOff(c.patience),
    maxRestarts: String(c.maxRestarts),
  }
  return Object.entries(all).map(([key, value]) => ({ key, value, label: t.settings[key as keyof typeof t.settings] }))
}

const firstStage = ({ preset, init, freezeEpochs = 1 }: RunConfig): string => (preset === 'as-released' || init !== 'random' ? String(freezeEpochs) : t.none)

/** Only the settings in which the runs are not all alike, with the value of each run. */
export function differences(runs: readonly Pick<RunRow, 'datasetName' | 'config'>[]): { key: string; label: string; values: string[] }[] {
  const all = runs.map(settingsOf)
  return (all[0] ?? []).flatMap(({ key, label }, i) => {
    const values = all.map((settings) => settings[i]!.value)
    return new Set(values).size > 1 ? [{ key, label, values }] : []
  })
}
