import { readFileSync } from 'node:fs'

/** Instructions that multiply bfloat16 in hardware. Without them TensorFlow's bfloat16 is many times slower than float32. */
const BF16 = ['avx512_bf16', 'amx_bf16']

/** Which of them this CPU has; none where it cannot be told (only Linux tells). */
export function bf16Instructions(read: () => string = () => readFileSync('/proc/cpuinfo', 'utf8')): string[] {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(read())?.[1]?.split(/\s+/) ?? []
    return BF16.filter((flag) => flags.includes(flag))
  } catch {
    return []
  }
}
