import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { connectRpc } from './rpc.ts'
import type { Rpc } from './rpc.ts'

const ROOT = join(import.meta.dirname, '../..')
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', process.env['CHROMIUM'] ?? ''].find((path) => path && existsSync(path))

/** The real web host over a library of its own, and a real browser that has opened it. */
export interface App extends AsyncDisposable {
  page: Page
  /** Temporary; the library is below it. */
  folder: string
  url: string
  /** The same requests that the page makes. */
  rpc: Rpc
  /** What the page wrote to its console as an error, and what it threw. */
  complaints: string[]
  /** Every address that the page asked for. */
  requests: string[]
  /** SIGKILL the host and start another over the same library; the page opens that one. */
  killAndRestart(): Promise<void>
}

/** @param options library: a folder to keep; left out: a temporary one */
export async function openApp(options: { viewport?: { width: number; height: number }; library?: string } = {}): Promise<App> {
  const { viewport = { width: 1440, height: 900 } } = options
  if (!CHROMIUM) throw new Error('Chromium is missing: apt-get install chromium, or set CHROMIUM to its path')
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-e2e-'))
  const library = options.library ?? join(folder, 'library')
  let { host, url } = await startHost(library)
  const browser: Browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  const page = await browser.newPage({ viewport, acceptDownloads: true, reducedMotion: 'reduce' })
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${message.text()} ${new URL(message.location().url || url).pathname}`.trim()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => requests.push(request.url()))
  page.on('websocket', (socket) => requests.push(socket.url()))
  let rpc = await connectRpc(url)
  await open(page, url)
  return {
    page,
    folder,
    get url() {
      return url
    },
    get rpc() {
      return rpc
    },
    complaints,
    requests,
    async killAndRestart() {
      rpc.close()
      await ended(host, 'SIGKILL')
      ;({ host, url } = await startHost(library))
      rpc = await connectRpc(url)
      await open(page, url)
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      rpc.close()
      await ended(host, 'SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What is left of complaints in a test that removes films: a picture still asked for while its film goes is not found, and Chromium writes every 404 to its console. */
export const besidesGoneFilms = (complaints: string[]): string[] => complaints.filter((text) => !/404 .*\/media\//.test(text))

/** Until its first page is there: a navigation of the test before that would be overtaken by the program's own first one. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.waitForURL(/#\/\w/)
  await page.getByRole('main').getByRole('heading').first().waitFor()
}

async function ended(host: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => host.once('exit', resolve))
  host.kill(signal)
  await gone
}

/** Starts `entry/web.ts`; answers the address that it prints. */
export async function startHost(data: string): Promise<{ host: ChildProcess; url: string }> {
  const host = spawn(process.execPath, [join(ROOT, 'src-main/entry/web.ts'), '--data', data, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '' },
  })
  for await (const line of createInterface({ input: host.stdout! })) {
    const url = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(line)?.[0]
    if (url) return { host, url }
  }
  throw new Error('The web host ended before it printed its address.')
}
