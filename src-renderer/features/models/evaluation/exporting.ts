import { call } from '../../../bridge/index.ts'
import { attempt, toast } from '../../../ui/index.ts'
import { strings as t } from './strings.ts'

/** Electron asks where to save and answers the path; the web host answers an address that the browser downloads. */
export async function exportEvaluation(evaluation: string, format: 'html' | 'json' | 'csv'): Promise<void> {
  await attempt(async () => {
    const made = await call('evaluations.export', { evaluation, format })
    if (made?.path) toast({ tone: 'success', title: t.exported(made.path) })
    if (!made?.url) return
    const link = document.createElement('a')
    link.href = made.url
    link.download = `evaluation-${evaluation}.${format}`
    link.click()
    toast({ tone: 'success', title: t.downloading })
  })
}
