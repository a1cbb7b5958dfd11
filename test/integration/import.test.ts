import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { DatasetStats } from '#shared/domain/dataset.ts'
import type { SkippedFile } from '#shared/domain/job.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { ROOT, SAMPLE_SET, commandLine, until } from './xclassifier.ts'

interface Imported {
  dataset: string | null
  images: number
  patients: number
  labelled: number
  skipped: SkippedFile[]
}
interface Parts {
  train: number
  val: number
  test: number
  leakage: { patients: number; studies: number }
}

const STUDIES = join(ROOT, 'resources/samples/studies')
const codes = ({ skipped }: { skipped: SkippedFile[] }): string[][] => skipped.map(({ path, code }) => [code, path]).sort()
const studiesOf = async (cli: ReturnType<typeof commandLine>) => (await cli.json<{ total: number }>('studies')).total

/** The first rows of the sample set with their films, as a folder of one's own that may be spoilt. */
async function someFilms(folder: string, rows: number, name = 'train.csv'): Promise<{ csv: string; header: string; lines: string[]; files: string[] }> {
  const [header = '', ...all] = (await readFile(join(SAMPLE_SET, 'train.csv'), 'utf8')).trim().split(/\r?\n/)
  const lines = all.slice(0, rows)
  // Their paths begin with the name of the set, which is no folder here.
  const files = lines.map((line) => line.split(',')[0]!.split('/').slice(1).join('/'))
  for (const file of files) {
    await mkdir(join(folder, file, '..'), { recursive: true })
    await copyFile(join(SAMPLE_SET, file), join(folder, file))
  }
  const csv = join(folder, name)
  await writeFile(csv, `${[header, ...lines].join('\n')}\n`)
  return { csv, header, lines, files }
}

test('the sample set: 144 films of 112 patients, once however often and by whatever way it is imported', async (t) => {
  const cli = commandLine(t)
  const first = await cli.json<Imported>('dataset', 'import', SAMPLE_SET, '--name', 'films')
  assert.deepEqual([first.images, first.patients, first.labelled, first.skipped], [144, 112, 144, []])
  assert.deepEqual(await cli.json('dataset', 'import', SAMPLE_SET), first)
  assert.deepEqual(await cli.json('dataset', 'import', `${SAMPLE_SET}/../dataset/`, '--name', 'films', '--format', 'chexpert'), first)
  const taken = await someFilms(join(cli.folder, 'others'), 2)
  assert.equal((await cli.error('dataset', 'import', taken.csv, '--name', 'films')).code, 'NAME_TAKEN')
  const { datasets } = await cli.json<{ datasets: { id: string }[] }>('dataset', 'list')
  assert.deepEqual(datasets.map(({ id }) => id), [first.dataset])
  const split = await cli.json<Parts>('dataset', 'split', 'films')
  assert.deepEqual([split.train + split.val + split.test, split.leakage], [144, { patients: 0, studies: 0 }])
  const released = await cli.json<Parts>('dataset', 'split', first.dataset!, '--preset', 'as-released')
  assert.deepEqual([released.train, released.val, released.test], [104, 25, 15])
  assert.ok(released.leakage.patients > 0)
  assert.equal((await cli.error('dataset', 'split', 'films', '--by', 'file')).code, 'SPLIT_NO_LIST')
})

test('a data set with bad files: each is named with a code, all the others are in', async (t) => {
  const cli = commandLine(t)
  const folder = join(cli.folder, 'set')
  const { csv, header, lines, files } = await someFilms(folder, 12)
  const broken = join(folder, files[3]!)
  await writeFile(broken, (await readFile(broken)).subarray(0, 3000))
  await rm(join(folder, files[5]!))
  await writeFile(csv, `${[header, ...lines, lines[0], lines[0]!.replace(/(\.jpg.*?),1\.0/, '-new$1,2.5'), 'short,row', `"${lines[1]!}`].join('\r\n')}\r\n`)
  await writeFile(join(folder, 'valid.csv'), 'Path,Edema\nx.jpg,1\n')
  await writeFile(join(folder, 'notes.dcm'), 'This is text. '.repeat(50))
  const film = await readFile(join(STUDIES, 'sample-002.dcm'))
  await writeFile(join(folder, 'cut.dcm'), film.subarray(0, film.length - 1000))
  await copyFile(join(STUDIES, 'sample-002.dcm'), join(folder, 'whole.dcm'))

  const found = await cli.json<Imported>('dataset', 'import', folder)
  assert.deepEqual(codes(found), [
    ['BAD_LABEL', lines[0]!.split(',')[0]!.replace('.jpg', '-new.jpg')],
    ['BAD_ROW', csv],
    ['BAD_ROW', 'short'],
    ['CORRUPT_IMAGE', broken],
    ['DUPLICATE_ROW', lines[0]!.split(',')[0]!],
    ['FILE_NOT_FOUND', lines[5]!.split(',')[0]!],
    ['MISSING_COLUMN', join(folder, 'valid.csv')],
    ['NOT_DICOM', join(folder, 'notes.dcm')],
    ['TRUNCATED_FILE', join(folder, 'cut.dcm')],
  ].sort())
  assert.deepEqual([found.images, await studiesOf(cli)], [10, 1])
  assert.deepEqual(await cli.json<Imported>('dataset', 'import', folder).then((again) => [again.images, codes(again)]), [10, codes(found)])
  // Mended, it comes in where it was left out.
  await copyFile(join(SAMPLE_SET, files[5]!), join(folder, files[5]!))
  assert.equal((await cli.json<Imported>('dataset', 'import', folder)).images, 11)
})

test('a folder of DICOM films with bad files: each is named with a code, all the others are in', async (t) => {
  const cli = commandLine(t)
  const folder = join(cli.folder, 'films')
  await cp(STUDIES, folder, { recursive: true })
  const names = (await readdir(STUDIES)).filter((name) => name.endsWith('.dcm'))
  const film = await readFile(join(STUDIES, names[0]!))
  const bad: [string, Uint8Array | string, string][] = [
    ['cut.dcm', film.subarray(0, film.length - 1000), 'TRUNCATED_FILE'],
    ['cut-in-the-head.dcm', film.subarray(0, 150), 'TRUNCATED_FILE'],
    ['empty.dcm', '', 'TRUNCATED_FILE'],
    ['text.dcm', 'This is text. '.repeat(50), 'NOT_DICOM'],
    ['text.png', 'This is text. '.repeat(50), 'CORRUPT_IMAGE'],
    ['labels.csv', 'Path,Edema\nx.jpg,1\n', 'MISSING_COLUMN'],
  ]
  for (const [name, content] of bad) await writeFile(join(folder, name), content)
  const found = await cli.json<Imported>('dataset', 'import', folder)
  assert.deepEqual(codes(found), bad.map(([name, , code]) => [code, join(folder, name)]).sort())
  assert.deepEqual([found.images, found.dataset], [names.length, null])
  const total = await studiesOf(cli)
  await cli.json('dataset', 'import', folder)
  assert.equal(await studiesOf(cli), total)
  assert.equal((await cli.error('dataset', 'import', folder, '--format', 'chexpert')).code, 'NO_LABEL_FILE')
})

test('train.csv and valid.csv are one set with an official split; a CSV alone finds its films, leading folders dropped', async (t) => {
  const cli = commandLine(t)
  const folder = join(cli.folder, 'CheXpert-v1.0-small')
  const { header, lines } = await someFilms(folder, 12)
  await writeFile(join(folder, 'train.csv'), `${[header, ...lines.slice(0, 8)].join('\n')}\n`)
  await writeFile(join(folder, 'valid.csv'), `${[header, ...lines.slice(8)].join('\n')}\n`)
  const found = await cli.json<Imported>('dataset', 'import', folder)
  assert.deepEqual([found.images, found.skipped], [12, []])
  const split = await cli.json<Parts>('dataset', 'split', 'CheXpert-v1.0-small', '--by', 'file')
  assert.deepEqual([split.train, split.val, split.test], [8, 4, 0])
  const alone = await cli.json<Imported>('dataset', 'import', join(folder, 'valid.csv'), '--name', 'alone')
  assert.deepEqual([alone.images, alone.skipped], [4, []])
})

/** A label file of random values, seeded, with a plain count of it. */
function randomLabels(rows: number): { text: string; positives: number[][]; labelled: number } {
  let state = 7
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  const order = LABELS.toReversed()
  const lines = [`Path,Sex,Age,Frontal/Lateral,AP/PA,${order.join(',')}`]
  const positives = LABELS.map(() => LABELS.map(() => 0))
  let labelled = 0
  for (let i = 0; i < rows; i++) {
    const values = order.map(() => ['', '', '', '0.0', '-1.0', '1.0'][Math.floor(random() * 6)]!)
    lines.push(`set/train/patient${String(i >> 2).padStart(5, '0')}/study${(i >> 1) & 1}/view${i & 1}.jpg,Female,${20 + (i % 60)},Frontal,AP,${values.join(',')}`)
    const positive = LABELS.map((label) => values[order.indexOf(label)] === '1.0')
    if (positive.some(Boolean)) labelled++
    for (const [a, row] of positives.entries()) for (const b of row.keys()) if (positive[a] && positive[b]) row[b]!++
  }
  return { text: `${lines.join('\n')}\n`, positives, labelled }
}

test('labels only: every count is that of the file, though the command was killed half way', async (t) => {
  const cli = commandLine(t)
  const rows = 40_000
  const { text, positives, labelled } = randomLabels(rows)
  const csv = join(cli.folder, 'train.csv')
  await writeFile(csv, text)
  const imported = (): number => {
    if (!existsSync(join(cli.library, 'library.db'))) return 0
    const db = new Database(join(cli.library, 'library.db'))
    try {
      assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
      return db.prepare<[], number>('SELECT count(*) FROM dataset_images').pluck().get()!
    } catch (error) {
      if (/no such table/.test(String(error))) return 0
      throw error
    } finally {
      db.close()
    }
  }
  const killed = cli.start('dataset', 'import', csv, '--labels-only', '--name', 'labels')
  await until('some rows', () => imported() > 0)
  killed.kill('SIGKILL')
  assert.equal((await killed.ended).signal, 'SIGKILL')
  const before = imported()
  assert.ok(before < rows, 'the import ended before it could be killed')

  const found = await cli.json<Imported>('dataset', 'import', csv, '--labels-only', '--name', 'labels')
  assert.deepEqual([found.images, found.patients, found.labelled, found.skipped], [rows, rows / 4, labelled, []])
  const stats = await cli.json<DatasetStats>('dataset', 'stats', 'labels')
  assert.deepEqual(stats.cooccurrence, { labels: LABELS, counts: positives })
  assert.deepEqual(LABELS.map((label) => stats.positives[label]), positives.map((row, i) => row[i]))
  assert.deepEqual([stats.images, stats.patients, stats.labelled], [rows, rows / 4, labelled])
  assert.equal((await cli.error('train', 'labels', '--init', 'random')).code, 'NO_FILMS')
})
