import type { IconName } from '../ui/icons.ts'

/** The seven rooms, in the order of the rail and of Alt+1 to Alt+7. */
export const PAGES = [
  { name: 'studies', title: 'Studies', icon: 'studies', file: 'StudiesPage' },
  { name: 'viewer', title: 'Viewer', icon: 'viewer', file: 'ViewerPage' },
  { name: 'datasets', title: 'Datasets', icon: 'datasets', file: 'DatasetsPage' },
  { name: 'training', title: 'Training', icon: 'training', file: 'TrainingPage' },
  { name: 'models', title: 'Models', icon: 'models', file: 'ModelsPage' },
  { name: 'reports', title: 'Reports', icon: 'reports', file: 'ReportsPage' },
  { name: 'settings', title: 'Settings', icon: 'settings', file: 'SettingsPage' },
] as const satisfies readonly { name: string; title: string; icon: IconName; file: string }[]

export type PageName = (typeof PAGES)[number]['name']
