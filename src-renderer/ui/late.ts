import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'

/** What is over sooner needs no sign that it goes on, and one that flashes up and goes unsettles. */
const WAIT_MS = 200

/** True once `busy` has been for 200 ms; false as soon as it is not. */
export function useLate(busy: () => boolean): Readonly<Ref<boolean>> {
  const late = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    busy,
    (now) => {
      clearTimeout(timer)
      if (now) timer = setTimeout(() => (late.value = true), WAIT_MS)
      else late.value = false
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return readonly(late)
}
