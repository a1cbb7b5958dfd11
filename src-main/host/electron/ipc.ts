import { ipcMain } from 'electron'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { Answer } from '../dispatch.ts'
import { isTrustedSender } from './security.ts'

export const REQUEST_CHANNEL = 'xclassifier:request'
export const EVENT_CHANNEL = 'xclassifier:event'

/** One channel for every request; only the main frame of our own page is heard. */
export function serveRequests(dispatch: (name: unknown, input: unknown) => Promise<Answer>): void {
  ipcMain.handle(REQUEST_CHANNEL, async (event, name: unknown, input: unknown): Promise<Answer> => {
    if (!isTrustedSender(event.senderFrame)) {
      return { ok: false, error: toErrorShape(new CodedError('FORBIDDEN', 'This page may not make requests.')) }
    }
    return dispatch(name, input)
  })
}
