import { join } from 'node:path'
import { defineConfig } from 'electron-vite'

const root = import.meta.dirname
const alias = { '#main': join(root, 'src-main'), '#shared': join(root, 'src-shared') }
const out = (name: string) => join(root, 'out', name)

/**
 * The installed program, apart from its pages: vite.config.ts builds those once for both hosts. Main stays a set of ES modules with its packages
 * outside the bundle (they bring native code and WebAssembly); the preload must be one CommonJS file, since a sandboxed
 * preload can load nothing else.
 */
export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      outDir: out('main'),
      externalizeDeps: true,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: {
          electron: join(root, 'src-main/entry/electron.ts'),
          trainer: join(root, 'src-main/entry/trainer.ts'),
          worker: join(root, 'src-main/dicom/pool/worker.ts'),
          'duplicates-worker': join(root, 'src-main/services/datasets/quality/duplicates-worker.ts'),
          'session-worker': join(root, 'src-main/engine/inference/session-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    resolve: { alias },
    build: {
      outDir: out('preload'),
      externalizeDeps: false,
      minify: false,
      rolldownOptions: {
        input: { preload: join(root, 'src-main/entry/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
})
