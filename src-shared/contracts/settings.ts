import { z } from 'zod'
import { request } from './define.ts'

export interface RuntimeInfo {
  app: string
  version: string
  host: 'electron' | 'web' | 'cli'
  platform: string
  node: string
  electron: string | null
  dataFolder: string
  databaseBytes: number
  libtensorflow: { path: string | null; version: string | null; source: 'environment' | 'setting' | 'cache' | 'package' | null; problem: string | null }
  addon: { ok: boolean; problem: string | null }
  onnxruntime: string | null
  devices: { cpu: string; cores: number; memoryTotal: number; gpus: { index: number; name: string; memoryTotal: number }[] }
}

const theme = z.enum(['system', 'dark', 'light', 'black'])
const path = z.string().max(4096)
const address = z.string().max(1000).regex(/^https?:\/\/[^\s/]+/, 'an address begins with https:// and a host')
const reader = z.string().max(64)
const shortcuts = z.record(z.string(), z.string())
const shortcutProfile = z.enum(['ohif', 'weasis'])
const windowPresets = z.array(z.object({ name: z.string().min(1).max(64), center: z.number(), width: z.number().positive() })).max(50)

export const settingsSchema = z.object({
  theme: theme.default('dark'),
  /** Path of one's own libtensorflow (file or folder); empty: the installed one. */
  libtensorflowPath: path.default(''),
  imagenetWeightsPath: path.default(''),
  /** Where ImageNet weights are fetched from when the user says so: timm's public hub, or a mirror with its paths. */
  weightsAddress: address.default('https://huggingface.co'),
  /** Who reads the films; empty: the account of this machine. */
  reader: reader.default(''),
  /** Remembered mapping of action to key combination, only what the user changed. */
  shortcuts: shortcuts.default({}),
  /** Whose keys the rest has. */
  shortcutProfile: shortcutProfile.default('ohif'),
  /** Windows that the user keeps, in values after the modality LUT. */
  windowPresets: windowPresets.default([]),
})
/** What changes. Not `settingsSchema.partial()`: its defaults would reset whatever is left out. */
export const settingsChange = z.object({ theme, libtensorflowPath: path, imagenetWeightsPath: path, weightsAddress: address, reader, shortcuts, shortcutProfile, windowPresets }).partial()
export type Settings = z.output<typeof settingsSchema>

export const settingsContract = {
  'settings.get': request<Settings>()(z.object({})),
  'settings.set': request<Settings>()(settingsChange),
  'system.info': request<RuntimeInfo>()(z.object({})),
}
