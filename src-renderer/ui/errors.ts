import { toErrorShape, type ErrorShape } from '../../src-shared/errors.ts'
import { toast } from './toast.ts'

/** What "copy details" copies: code, message, place and remedy, each on its line; never patient data. */
export function errorDetails(shape: ErrorShape): string {
  return [shape.code, shape.message, shape.file && `File: ${shape.file}`, shape.row && `Row: ${shape.row}`, shape.remedy && `What to do: ${shape.remedy}`].filter(Boolean).join('\n')
}

/** For actions whose failure has no place of its own on the page. */
export function showError(error: unknown): void {
  const shape = toErrorShape(error)
  toast({ tone: 'danger', title: shape.message, text: shape.remedy, details: errorDetails(shape) })
}

/** Run an action and show its failure; answers whether it worked. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action()
    return true
  } catch (error) {
    showError(error)
    return false
  }
}
