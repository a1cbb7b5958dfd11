/// <reference types="vite/client" />
import type { Bridge } from '../src-shared/contracts/bridge.ts'

declare global {
  interface Window {
    /** Present under Electron only. */
    readonly xclassifier?: Bridge
  }
}
