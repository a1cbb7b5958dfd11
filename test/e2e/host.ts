import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

const ROOT = join(import.meta.dirname, '../..')
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', process.env['CHROMIUM'] ?? ''].find((path) => path && existsSync(path))

/** The real web host over a library of its own, and a real browser that has opened it. */
export interface App extends AsyncDisposable {
  page: Page
  folder: string
  url: string
  /** What the page wrote to its console as an error, and what it threw. */
  complaints: string[]
}

export async function openApp(viewport = { width: 1440, height: 900 }): Promise<App> {
  if (!CHROMIUM) throw new Error('Chromium is missing: apt-get install chromium, or set CHROMIUM to its path')
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-e2e-'))
  const { host, url } = await startHost(join(folder, 'library'))
  const browser: Browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  const page = await browser.newPage({ viewport, acceptDownloads: true, reducedMotion: 'reduce' })
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  return {
    page,
    folder,
    url,
    complaints,
    async [Symbol.asyncDispose]() {
      await browser.close()
      const gone = new Promise((resolve) => host.once('exit', resolve))
      host.kill('SIGTERM')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
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
