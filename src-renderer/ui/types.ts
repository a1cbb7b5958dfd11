import type { IconName } from './icons.ts'

export type Tone = 'neutral' | 'accent' | 'positive' | 'danger' | 'success'

export interface MenuItem {
  label: string
  icon?: IconName
  keys?: string
  danger?: boolean
  disabled?: boolean
  run(): void
}

/** One column of a `UiDataTable`. A slot `cell-<key>` draws it; without one `value` does. */
export interface Column<Row> {
  key: string
  title: string
  /** Pixels, or a share of what is left such as `2fr`. */
  width: number | `${number}fr`
  /** Shares never get narrower than this; below the sum the table scrolls sideways. */
  minWidth?: number
  align?: 'start' | 'end'
  sortable?: boolean
  /** Text of the cell, and its tooltip when cut off. */
  value?: (row: Row) => string
}

export interface Sort {
  key: string
  descending: boolean
}
