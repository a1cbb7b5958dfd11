import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { NpyReader, NpyWriter, readNpy, writeNpy } from './npy.ts'

let folder = ''
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'npy-'))))
after(() => rm(folder, { recursive: true }))

/** np.save of np.arange(6, dtype='<u2').reshape(2, 3), byte for byte. */
const NUMPY = Buffer.concat([
  Buffer.from('\x93NUMPY\x01\x00v\x00' + "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117) + '\n', 'latin1'),
  Buffer.from([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0]),
])

test('a file of numpy is read, and ours is the same bytes', async () => {
  const path = join(folder, 'numpy.npy')
  await writeFile(path, NUMPY)
  const { header, array } = await readNpy(path)
  assert.deepEqual(header, { dtype: 'uint16', shape: [2, 3], offset: 128 })
  assert.deepEqual([...array], [0, 1, 2, 3, 4, 5])
  await writeNpy(path, Uint16Array.from([0, 1, 2, 3, 4, 5]), [2, 3])
  assert.deepEqual(await readFile(path), NUMPY)
})

test('rows are written one by one and read by position', async () => {
  const path = join(folder, 'pack.npy')
  const writer = await NpyWriter.create(path, 'float32', [2, 2])
  for (let i = 0; i < 5; i++) assert.equal(await writer.append(Float32Array.from([i, i + 0.5, -i, 1e9])), i)
  await assert.rejects(writer.append(new Float32Array(3)), { code: 'NPY_ROW' })
  assert.deepEqual((await readdir(folder)).filter((name) => name.startsWith('pack')), ['pack.npy.tmp'])
  await writer.close()
  await using reader = await NpyReader.open(path)
  assert.deepEqual(reader.header.shape, [5, 2, 2])
  assert.deepEqual([...(await reader.rows([4, 0, 4]))], [4, 4.5, -4, 1e9, 0, 0.5, -0, 1e9, 4, 4.5, -4, 1e9])
})

test('a file cut off, or of another kind, is named', async () => {
  const path = join(folder, 'cut.npy')
  await writeNpy(path, new Uint8Array(64), [8, 8])
  await truncate(path, 150)
  await assert.rejects(NpyReader.open(path), { code: 'NPY_FORMAT', file: path })
  await assert.rejects(readNpy(path), { code: 'NPY_FORMAT', file: path })
  await writeFile(path, 'name,value\n1,2\n')
  await assert.rejects(NpyReader.open(path), { code: 'NPY_FORMAT', file: path })
})
