import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createHandlers, createMedia, createServices } from '#main/services/index.ts'
import { createDispatch } from '#main/host/dispatch.ts'
import { defaultDataFolder } from '#main/host/paths.ts'
import { hasDisplay, openBrowser } from '#main/host/web/browser.ts'
import { webHost } from '#main/host/web/host.ts'
import { startWebServer } from '#main/host/web/server.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'

/** `node src-main/entry/web.ts [--data DIR] [--port N] [--no-open]`: the whole program in a browser, on this machine only. */
async function start(): Promise<void> {
  const { data = defaultDataFolder(), port = '0', 'no-open': quiet = false } = parseArgs({
    options: { data: { type: 'string' }, port: { type: 'string' }, 'no-open': { type: 'boolean' } },
  }).values
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new CodedError('INVALID_ARGUMENT', `"${port}" is no port.`, { remedy: 'Give a number from 0 (any free port) to 65535.' })
  const host = webHost()
  const services = await createServices({ dataFolder: data, host })
  const handlers = createHandlers(services)
  const server = await startWebServer({
    pageFolder: join(import.meta.dirname, '../../out/renderer'),
    inbox: join(data, 'inbox'),
    dispatch: createDispatch(handlers),
    media: createMedia(services),
    port: Number(port),
  })
  host.serve(server)
  console.log(server.address)
  if (!quiet && hasDisplay()) openBrowser(server.address)

  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    void server
      .close()
      .then(() => services.close())
      .then(() => process.exit(0))
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
}

start().catch((error: unknown) => {
  const { code, message, remedy } = toErrorShape(error)
  console.error([`${code}: ${message}`, remedy].filter(Boolean).join(' '))
  process.exit(1)
})
