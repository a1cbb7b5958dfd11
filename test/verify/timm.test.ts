/**
 * PyTorch and timm load what we write and give our logits; we load what they write and give theirs: safetensors, torch.save in both of its
 * formats, wrapped, in DataParallel and with torchvision's first names. The weights of each direction are drawn by the side that writes them.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { goldenState } from '../golden/model/weights.ts'
import { peersPython } from '../bench/peers.ts'
import { openPredictor } from '#main/engine/inference/predictor.ts'
import { architecture, type ArchitectureName } from '#main/engine/model/architecture.ts'
import { writeSafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { exportState } from '#main/engine/model/weights/state.ts'
import { adoptWeights } from '#main/services/models/adopting.ts'

const CASES: (ArchitectureName & { size: number })[] = [
  { model: 'densenetblur121d', head: 'linear', size: 224 },
  { model: 'densenetblur121d', head: 'linear', blur: 'all', size: 96 },
  { model: 'densenetblur121d', head: 'concat-pool', size: 160 },
  { model: 'densenet121d', head: 'linear', size: 64 },
  { model: 'densenet121', head: 'linear', size: 320 },
  { model: 'densenet121', head: 'concat-pool', size: 64 },
  { model: 'resnet18', head: 'linear', size: 96 },
]

interface Said {
  torch: string
  timm: string
  answers: { ours: number[]; theirs: number[] }[]
}

let folder = ''
let said: Said
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xclassifier-timm-'))
  for (const [i, name] of CASES.entries()) {
    const net = architecture(name)
    await writeSafeTensors(join(folder, `ours-${i}.safetensors`), exportState(net, goldenState(net), 1))
  }
  await writeFile(join(folder, 'cases.json'), JSON.stringify(CASES.map((name, i) => ({ ...name, ours: `ours-${i}.safetensors` }))))
  const { status, stderr } = spawnSync(await peersPython(), [join(import.meta.dirname, 'timm_peer.py'), folder], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  said = JSON.parse(await readFile(join(folder, 'logits.json'), 'utf8')) as Said
})
after(() => rm(folder, { recursive: true }))

/** The films of timm_peer.py, one after the other. */
function films(size: number): Uint8Array[] {
  const area = size * size
  const all = Uint8Array.from({ length: 2 * area }, (_, i) => Math.imul(i, 2654435761) >>> 24)
  return [all.subarray(0, area), all.subarray(area)]
}

/** Greatest difference between the logits of a file, through the import that the program has, and those that were said. */
async function distance(file: string, { size, ...name }: (typeof CASES)[number], expected: number[]): Promise<number> {
  const files = await adoptWeights(join(folder, file), { ...name, size }, join(folder, 'adopted'))
  await using predictor = await openPredictor(files)
  const logits: number[] = []
  for (const film of films(size)) logits.push(...(await predictor.predict(film)).logits)
  const spread = Math.max(...expected) - Math.min(...expected)
  assert.ok(spread > 0.1, `the logits spread by ${spread} only`)
  return Math.max(...expected.map((value, i) => Math.abs(value - logits[i]!)))
}

for (const [i, setting] of CASES.entries()) {
  const { model, head, blur, size } = setting
  test(`${model}, ${head}${blur ? `, blur ${blur}` : ''}, ${size} px: the same logits both ways`, async (t) => {
    const { ours, theirs } = said.answers[i]!
    const pairs: [string, number[]][] = [[`ours-${i}.safetensors`, ours], [`${i}.safetensors`, theirs], [`${i}.pth`, theirs], [`${i}.old.pth`, theirs]]
    const found = []
    for (const [file, expected] of pairs) found.push([file.replace(/^\d+/, 'theirs').replace(/-\d+/, ''), await distance(file, setting, expected)] as const)
    t.diagnostic(`torch ${said.torch}, timm ${said.timm}; greatest difference: ${found.map(([file, by]) => `${file} ${by.toExponential(1)}`).join(', ')}`)
    for (const [file, by] of found) assert.ok(by < 1e-4, `${file} differs by ${by}`)
  })
}
