/** `node build.mjs` (Node 24) compiles the decoder into module.ts; it needs clang with its WebAssembly linker (Debian: clang, lld). CLANG names another compiler. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digest, sources } from './sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'xclassifier-jpeg-2000-'))
try {
  const out = join(folder, 'decoder.wasm')
  const flags = ['--target=wasm32', '-O2', '-fno-unroll-loops', '-msimd128', '-mbulk-memory', '-nostdlib', '-ffreestanding', '-fno-builtin', '-fuse-ld=lld', '-Wall', '-Wextra']
  const link = ['-Wl,--no-entry,--strip-all', '-Wl,-z,stack-size=65536']
  execFileSync(process.env.CLANG ?? 'clang', [...flags, ...link, '-o', out, ...sources.filter((path) => path.endsWith('.c'))], { stdio: 'inherit' })
  const lines = readFileSync(out).toString('base64').match(/.{1,180}/g)
  const text = `/** Made by build.mjs. */\n\n/** SHA-256 of the sources that it was made of. */\nexport const SOURCES = '${digest}'\n\nexport const MODULE =\n  '${lines.join("' +\n  '")}'\n`
  writeFileSync(join(import.meta.dirname, 'module.ts'), text)
} finally {
  rmSync(folder, { recursive: true })
}
