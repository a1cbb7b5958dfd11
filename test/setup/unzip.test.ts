import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { extractEntry, plainCrc32, readEntries } from '../../scripts/setup/unzip.mjs'
import { zip } from './zip.ts'
import type { Member } from './zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'xclassifier-unzip-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const members: Member[] = [
  { name: 'tensorflow/libone.so.2', data: Buffer.concat([randomBytes(300_000), Buffer.alloc(2_500_000, 'tensor ')]) },
  { name: 'tensorflow/stored.txt', data: Buffer.from('as it is'), stored: true },
  { name: 'empty', data: Buffer.alloc(0), stored: true },
  { name: 'wide/ümlaut.so', data: randomBytes(70_000), zip64: true, mode: 0o100755 },
]

function archive(name: string, bytes: Buffer): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

for (const [title, options] of [['32-bit end record', {}], ['zip64 end record', { zip64: true }], ['comment', { comment: 'PK comment' }]] as const) {
  test(`members come out as they went in: ${title}`, async () => {
    const file = archive(`${title}.whl`, zip(members, options))
    const entries = await readEntries(file)
    assert.deepEqual(entries.map((entry) => [entry.name, entry.bytes]), members.map((member) => [member.name, member.data.length]))
    for (const [index, entry] of entries.entries()) {
      const target = join(folder, title, entry.name)
      let counted = 0
      await extractEntry(file, entry, target, (bytes) => (counted += bytes))
      assert.ok(readFileSync(target).equals(members[index]!.data), entry.name)
      assert.equal(counted, members[index]!.data.length)
    }
    assert.equal(statSync(join(folder, title, 'wide/ümlaut.so')).mode & 0o777, 0o755)
  })
}

test('a member whose bytes were altered is a checksum mismatch', async () => {
  const bytes = zip(members)
  const at = bytes.indexOf('as it is')
  bytes[at] = 0x41
  const file = archive('altered.whl', bytes)
  const entry = (await readEntries(file)).find(({ name }) => name === 'tensorflow/stored.txt')!
  await assert.rejects(extractEntry(file, entry, join(folder, 'altered')), { code: 'CHECKSUM_MISMATCH', file })
})

test('a deflated member that is damaged is refused', async () => {
  const bytes = zip(members)
  bytes.fill(0xff, 2000, 3000)
  const file = archive('damaged.whl', bytes)
  const [entry] = await readEntries(file)
  await assert.rejects(extractEntry(file, entry!, join(folder, 'damaged')), (error: { code?: string }) => ['BAD_ARCHIVE', 'CHECKSUM_MISMATCH'].includes(error.code ?? ''))
})

test('a file that is cut short, empty or no zip file is refused by name', async () => {
  const whole = zip(members)
  for (const [name, bytes] of [['cut', whole.subarray(0, whole.length - 40)], ['half', whole.subarray(0, whole.length / 2)], ['empty', Buffer.alloc(0)], ['html', Buffer.from('<html>404</html>')]] as const) {
    const file = archive(`${name}.whl`, bytes)
    await assert.rejects(readEntries(file), { code: 'BAD_ARCHIVE', file }, name)
  }
})

test('the CRC-32 in plain JavaScript equals zlib\'s, in one piece and in parts', () => {
  const bytes = randomBytes(10_001)
  assert.equal(plainCrc32(bytes), crc32(bytes))
  assert.equal(plainCrc32(bytes.subarray(777), plainCrc32(bytes.subarray(0, 777))), crc32(bytes))
  assert.equal(plainCrc32(Buffer.from('123456789')), 0xcbf43926)
})
