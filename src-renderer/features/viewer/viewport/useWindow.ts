import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { Display } from '../../../../src-shared/display/grey.ts'
import type { Film } from '../film/film.ts'
import { dragged, windowDisplay, windowOf, type OwnWindow, type Preset, type Window } from '../film/windows.ts'
import type { Op } from './ops.ts'

const NONE: Display = { kind: 'window', source: 'asked', window: { center: 0, width: 1, explanation: null }, function: 'LINEAR' }

export interface ShownWindow {
  display: ShallowRef<Display>
  /** Empty for a window set by hand. */
  presetName: Ref<string>
  presets: ComputedRef<Preset[]>
  inverted: Ref<boolean>
  /** While the window is dragged. */
  dragging: Ref<boolean>
  asFirstShown(): void
  apply(op: Op): void
}

/** Window and polarity of a film; inversion is over the file's own polarity, and a reset comes back to that. */
export function useWindow(film: ShallowRef<Film | null>, own: () => readonly OwnWindow[]): ShownWindow {
  const display = shallowRef<Display>(NONE)
  const presetName = ref('')
  const inverted = ref(false)
  const dragging = ref(false)
  const presets = computed(() => (film.value ? [...film.value.presets, ...own().map((window) => ownPreset(film.value!, window))] : []))
  let from: Window = windowOf(NONE)

  function set(name: string): void {
    const preset = presets.value.find((one) => one.name === name)
    if (preset) [display.value, presetName.value] = [preset.display, preset.name]
  }
  function drag(dx: number, dy: number): void {
    if (!film.value || !dragging.value) return
    display.value = windowDisplay(film.value.greyscale, dragged(from, dx, dy, film.value.range))
    presetName.value = ''
  }
  function asFirstShown(): void {
    set(film.value?.presets[0]?.name ?? '')
    inverted.value = false
  }
  function apply(op: Op): void {
    if (!film.value) return
    if (op.do === 'reset') asFirstShown()
    else if (op.do === 'invert') inverted.value = !inverted.value
    else if (op.do === 'preset') set(op.name)
    else if (op.do === 'windowBegin') [from, dragging.value] = [windowOf(display.value), true]
    else if (op.do === 'windowEnd') dragging.value = false
    else if (op.do === 'window') drag(op.dx, op.dy)
  }
  return { display, presetName, presets, inverted, dragging, asFirstShown, apply }
}

const ownPreset = ({ greyscale }: Film, { name, ...window }: OwnWindow): Preset => ({ name, display: windowDisplay(greyscale, window) })
