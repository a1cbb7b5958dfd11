/** `node build.mjs` compiles kernel.c into module.ts; it needs clang with its WebAssembly linker (Debian: clang, lld). CLANG names another compiler. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const source = join(import.meta.dirname, 'kernel.c')
const folder = mkdtempSync(join(tmpdir(), 'xclassifier-kernel-'))
try {
  const out = join(folder, 'kernel.wasm')
  const flags = ['--target=wasm32', '-O3', '-msimd128', '-nostdlib', '-fno-builtin', '-fuse-ld=lld', '-Wall', '-Wextra', '-Wl,--no-entry,--import-memory,--strip-all']
  execFileSync(process.env.CLANG ?? 'clang', [...flags, '-o', out, source], { stdio: 'inherit' })
  const lines = readFileSync(out).toString('base64').match(/.{1,140}/g)
  const sha256 = createHash('sha256').update(readFileSync(source)).digest('hex')
  const text = `/** Made by build.mjs. */\n\n/** SHA-256 of the kernel.c that it was made of. */\nexport const SOURCE = '${sha256}'\n\nexport const MODULE =\n  '${lines.join("' +\n  '")}'\n`
  writeFileSync(join(import.meta.dirname, 'module.ts'), text)
} finally {
  rmSync(folder, { recursive: true })
}
