import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import type { Plugin, UserConfig } from 'vite'

const root = import.meta.dirname

/**
 * dwv starts its decoders from `assets/workers/<name>.min.js` below the page's address, by a path that the bundler does not see.
 */
function dwvWorkers(): Plugin {
  const folder = join(dirname(createRequire(import.meta.url).resolve('dwv')), 'assets', 'workers')
  return {
    name: 'dwv-workers',
    generateBundle() {
      for (const name of readdirSync(folder).filter((item) => item.endsWith('.js'))) {
        this.emitFile({ type: 'asset', fileName: `assets/workers/${name}`, source: readFileSync(join(folder, name)) })
      }
    },
  }
}

/**
 * The pages, for the web host and for Electron alike. Nothing is inlined and no polyfill is injected: the content security
 * policy allows files of the same origin only.
 */
export default {
  root: join(root, 'src-renderer'),
  base: './',
  plugins: [vue(), dwvWorkers()],
  build: {
    outDir: join(root, 'out', 'renderer'),
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { checks: { pluginTimings: false }, input: join(root, 'src-renderer', 'index.html') },
  },
} satisfies UserConfig
