import type { ErrorShape } from '../errors.ts'
import type { PublishedTable } from './published.ts'
import type { ModelName, RunState } from './run.ts'

/** The tables of the paper that can be made again on the user's films. */
export const TABLES = ['table3', 'table4', 'table5', 'table6'] as const
export type ExperimentTable = (typeof TABLES)[number]

/** Figures of a row; shares from 0 to 1, on the test part, labels at threshold .5. */
export interface Figures {
  accuracy: number
  auc: number | null
  precision: number
  recall: number
  f1: number
  /** Of training and validation; the first epoch, which compiles, left out where there is another. */
  minutesPerEpoch: number
  /** To open and decode each film once, on all cores. */
  minutesToRead: number
  imagesPerSecond: number
}
export type FigureName = keyof Figures

/** What a row is besides its figures, to judge them by. */
export interface Measured {
  figures: Partial<Figures>
  /** 95 %, by bootstrap of patients; null where the AUC is not defined. */
  aucInterval: [number, number] | null
  /** Films of the test part. */
  testImages: number
  /** Labels with both classes there, of 14: the AUC is their mean. */
  labels: number
  /** Accuracy of always saying "negative". */
  allNegativeAccuracy: number
  /** Processes that wanted a core, mean of the last 15 minutes when the run was measured: above the cores, its times are those of a shared machine. 0 on Windows. */
  load: number
}

export interface ExperimentRow {
  key: string
  title: string
  /** Id, null while it has not begun. */
  run: string | null
  runState: RunState | null
  /** 0 to 1. */
  progress: number
  measured: Measured | null
  /** Why there is no such row here; null where there is. */
  absent: string | null
  error: ErrorShape | null
}

/** `interrupted`: the program ended while it was on. */
export type ExperimentState = 'running' | 'stopped' | 'failed' | 'interrupted' | 'finished'

/** Where figures come from. */
export interface Provenance {
  app: string
  tensorflow: string | null
  platform: string
  cpu: string
  cores: number
  gpus: string[]
  dataset: string
  images: number
  patients: number
  /** Command that makes it again. */
  command: string
  notes: string[]
}

export interface Experiment {
  id: string
  table: ExperimentTable
  title: string
  dataset: string
  datasetName: string
  state: ExperimentState
  createdAt: string
  endedAt: string | null
  columns: FigureName[]
  rows: ExperimentRow[]
  published: PublishedTable
  provenance: Provenance
  disclaimer: string
}

/** What a table takes where nothing else is asked for; epochs as published where the paper says. */
export const TABLE_DEFAULTS: Record<ExperimentTable, { title: string; epochs: number; model: ModelName; columns: FigureName[] }> = {
  table3: { title: 'Table 3: variants of the network', epochs: 10, model: 'densenetblur121d', columns: ['accuracy', 'auc'] },
  table4: { title: 'Table 4: DICOM against JPEG', epochs: 10, model: 'resnet18', columns: ['accuracy', 'auc', 'minutesPerEpoch', 'minutesToRead'] },
  table5: { title: 'Table 5: time of an epoch', epochs: 2, model: 'densenetblur121d', columns: ['minutesPerEpoch', 'imagesPerSecond', 'auc'] },
  table6: { title: 'Table 6: final model', epochs: 30, model: 'densenetblur121d', columns: ['accuracy', 'auc', 'precision', 'recall', 'f1'] },
}

export const FIGURE_TITLES: Record<FigureName, string> = {
  accuracy: 'Accuracy, %', auc: 'Macro AUC, %', precision: 'Precision', recall: 'Recall', f1: 'F1',
  minutesPerEpoch: 'Minutes an epoch', minutesToRead: 'Minutes to read all films', imagesPerSecond: 'Images/s',
}

/** A figure as the paper prints it: accuracy and AUC in per cent, the others as they are. */
export function figureText(name: FigureName, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (name === 'accuracy' || name === 'auc') return (100 * value).toFixed(2)
  if (name === 'minutesPerEpoch' || name === 'minutesToRead') return value >= 10 ? value.toFixed(0) : value.toFixed(2)
  return name === 'imagesPerSecond' ? value.toFixed(1) : value.toFixed(3)
}
