import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openFilm } from '../films.ts'
import { attributes } from '../read/attributes.ts'
import { openDicom } from '../read/index.ts'
import { listTags } from '../read/tags.ts'
import { FIXTURES } from '../testing/fixtures.ts'
import { BASIC_PROFILE } from './basic-profile.ts'
import { deidentifyFilm, type DeidentifyOptions } from './film.ts'
import { Pseudonyms, shifted } from './pseudonyms.ts'

const FOLDER = join(import.meta.dirname, '../../../test/fixtures/deidentify')
const { words } = JSON.parse(readFileSync(join(FOLDER, 'telling.json'), 'utf8')) as { words: string[] }
const OPTIONS: DeidentifyOptions = { salt: '00112233445566778899aabbccddeeff', shiftDates: false, keepBurnedIn: true }
const copyOf = (name: string, options: Partial<DeidentifyOptions> = {}) => deidentifyFilm(new Uint8Array(readFileSync(join(FOLDER, name))), name, { ...OPTIONS, ...options })
const saidIn = (bytes: Uint8Array) => attributes(openDicom(bytes, 'copy').dataSet)

/** Every word as bytes, in each coding that files use. */
const found = (bytes: Uint8Array): string[] => words.filter((word) => (['latin1', 'utf8', 'utf16le'] as const).some((coding) => Buffer.from(bytes).includes(Buffer.from(word, coding))))

const NAMES = ['implicit.dcm', 'big-endian.dcm', 'rle.dcm', 'burned-in.dcm']

test('the originals hold every word, the copies none, with dates removed or moved', async () => {
  const all = new Set(NAMES.flatMap((name) => found(readFileSync(join(FOLDER, name)))))
  assert.deepEqual([...words].filter((word) => !all.has(word)), [])
  for (const name of NAMES) {
    for (const shiftDates of [false, true]) assert.deepEqual(found((await copyOf(name, { shiftDates })).bytes), [], name)
  }
})

test('pixels stay as they were in every coding, old overlays in their unused bits go', async () => {
  for (const name of NAMES) {
    const [before, after] = [openDicom(new Uint8Array(readFileSync(join(FOLDER, name))), name), openDicom((await copyOf(name)).bytes, 'copy')]
    const { decodeFrame } = await import('../read/pixels.ts')
    assert.deepEqual((await decodeFrame(after)).pixels, (await decodeFrame(before)).pixels)
    const { dataOffset, length } = after.dataSet.elements.x7fe00010!
    if (name !== 'rle.dcm') assert.ok(new Uint16Array(after.dataSet.byteArray.slice(dataOffset, dataOffset + length).buffer).every((cell) => cell < 4096), name)
    assert.equal(after.transferSyntax.uid, name === 'rle.dcm' ? '1.2.840.10008.1.2.5' : '1.2.840.10008.1.2.1')
  }
})

test('the copy says that and how it was de-identified (PS3.15 section E.1.1)', async () => {
  const said = saidIn((await copyOf('implicit.dcm', { shiftDates: true })).bytes)
  assert.equal(said.text('x00120062'), 'YES')
  assert.deepEqual(said.items('x00120064').map((item) => [item.text('x00080100'), item.text('x00080102')]), [['113100', 'DCM'], ['113107', 'DCM']])
  assert.equal(said.text('x00280303'), 'MODIFIED')
  assert.equal(saidIn((await copyOf('implicit.dcm')).bytes).text('x00280303'), 'REMOVED')
})

test('what a film of films is stays: references hold, codes and windows are untouched, sequences are walked', async () => {
  const copies = await Promise.all(NAMES.map((name) => copyOf(name)))
  const [first, second] = copies.map(({ bytes }) => saidIn(bytes))
  assert.equal(new Set(copies.map(({ patient }) => patient)).size, 1)
  assert.equal(new Set(copies.map(({ studyInstanceUid }) => studyInstanceUid)).size, 1)
  assert.equal(new Set(copies.map(({ sopInstanceUid }) => sopInstanceUid)).size, 4)
  assert.equal(second!.items('x00082112').length, 1)
  assert.equal(second!.items('x00082112')[0]!.text('x00081155'), copies[0]!.sopInstanceUid, 'the film that the second was made from')
  assert.equal(first!.items('x00540220')[0]!.text('x00080100'), '272479007')
  assert.equal(first!.items('x00540220')[0]!.items('x00540222')[0]!.text('x00080100'), '1')
  assert.deepEqual([first!.text('x00181164'), first!.text('x00281050'), first!.text('x00080016')], ['0.143', '2048', '1.2.840.10008.5.1.4.1.1.1.1'])
  const tags = await listTags(openDicom(copies[0]!.bytes, 'copy'))
  assert.deepEqual(tags.filter(({ tag }) => /^\(...[13579BDF],|^\([56]0/.test(tag)).map(({ tag }) => tag), [], 'nothing private, no curves, no overlays')
  for (const { bytes, sopInstanceUid } of copies) assert.ok(openDicom(bytes, 'copy').meta!.string('x00020003') === sopInstanceUid)
})

test('with another salt everything has another name; without it there is no way back', async () => {
  const [one, other] = await Promise.all([copyOf('implicit.dcm'), copyOf('implicit.dcm', { salt: 'ffeeddccbbaa99887766554433221100' })])
  for (const key of ['patient', 'studyInstanceUid', 'sopInstanceUid'] as const) assert.notEqual(one[key], other[key])
})

test('moved dates keep what lies between them; times and offsets stay, birth dates go', async () => {
  const days = (date: string) => Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8))) / 86_400_000
  const [first, second] = (await Promise.all(['implicit.dcm', 'big-endian.dcm'].map((name) => copyOf(name, { shiftDates: true })))).map(({ bytes }) => saidIn(bytes))
  const at = (tag: string, said = first) => days(said!.text(tag)!)
  assert.equal(at('x00080021') - at('x00080020'), 1)
  assert.equal(at('x00080020', second) - at('x00080020'), days('20180101') - days('20170809'))
  assert.ok(at('x00080020') < days('20170809') && at('x00080020') >= days('20170809') - 3650)
  assert.match(first!.text('x0008002a')!, /^\d{8}101112\.5\+0100$/)
  assert.deepEqual([first!.text('x00080030'), first!.text('x00100030')], ['101112', null])
})

test('text in the pixels is refused where the film says so, and hinted at where such films have it', async () => {
  await assert.rejects(copyOf('burned-in.dcm', { keepBurnedIn: false }), { code: 'BURNED_IN_TEXT' })
  assert.equal((await copyOf('implicit.dcm', { keepBurnedIn: false })).burnedIn, null)
  assert.match((await copyOf('burned-in.dcm')).burnedIn!, /says so itself/)
  const secondary = readFileSync(join(FIXTURES, 'written-sc.dcm'))
  assert.match((await deidentifyFilm(new Uint8Array(secondary), 'sc', OPTIONS)).burnedIn!, /secondary capture/)
})

test('every film of the fixtures becomes a copy with the same picture, or is refused by code', async () => {
  let copies = 0
  for (const name of readdirSync(FIXTURES).filter((file) => file.endsWith('.dcm'))) {
    const path = join(FIXTURES, name)
    try {
      const { bytes } = await deidentifyFilm(new Uint8Array(readFileSync(path)), path, OPTIONS)
      const copy = openDicom(bytes, name)
      const before = await openFilm(path)
      assert.deepEqual([copy.film.rows, copy.film.columns, copy.film.windows, copy.film.voiLuts, copy.film.modalityLut], [before.metadata!.rows, before.metadata!.columns, before.metadata!.windows, before.metadata!.voiLuts, before.metadata!.modalityLut], name)
      copies++
    } catch (error) {
      assert.match((error as { code?: string }).code ?? String(error), /^[A-Z][A-Z_]+$/, name)
    }
  }
  assert.ok(copies > 30, `${copies} copies`)
})

test('dates are moved by the calendar', () => {
  assert.deepEqual([shifted('20200301', 1), shifted('20190301', 1), shifted('2017.08.09', 365), shifted('', 3), shifted('20201332', 1)], ['20200229', '20190228', '20160809', null, null])
  const pseudonyms = new Pseudonyms('ab'.repeat(16))
  assert.match(pseudonyms.uid('1.2.3'), /^2\.25\.\d{30,39}$/)
})

/** Rows of table E.1-1 as another extraction of the standard's XML has them (innolitics/dicom-standard, confidentiality_profile_attributes.json). */
const ROWS: Record<string, string> = {
  '00080050': 'Z', '00184000': 'X', '00400555': 'X/Z', '00080022': 'X/Z', '0008002a': 'X/Z/D', '00181400': 'X/D', '001811bb': 'D', '00189424': 'X', '00080032': 'X/Z', '00404035': 'X', '001021b0': 'X',
  '0040a353': 'X', '00380010': 'X', '00380020': 'X', '00081084': 'X', '00081080': 'X', '00102110': 'X', '0040a078': 'X', '22000005': 'X/Z', '300a00c3': 'X', '0016004d': 'X', '00181007': 'X', '00120060': 'Z',
  '00120082': 'X', '00120081': 'D', '00120020': 'D', '00120021': 'Z', '00120072': 'X', '00120030': 'Z', '00120031': 'Z', '00120040': 'D', '00120042': 'D', '00120050': 'Z', '00400310': 'X', '00209161': 'U',
  '3010000f': 'Z', '30100006': 'U', '00403001': 'X', '0008009c': 'Z', '0008009d': 'X', '0050001b': 'X', '00400512': 'D', '00700086': 'X', '00700084': 'Z/D', '00080023': 'Z/D', '0040a730': 'D', '00080033': 'Z/D',
  '00180010': 'Z/D', '0018a003': 'X', '00102150': 'X', '00080025': 'X', 'fffcfffc': 'X', '00082111': 'X', '0018700a': 'X/D', '3010001b': 'Z', '00500020': 'X', '3010002d': 'D', '00181000': 'X/Z/D', '0016004b': 'X',
  '00181002': 'U', 'fffafffa': 'X', '04000100': 'U', '00209164': 'U', '00384000': 'X', '0040a088': 'Z', '0040a075': 'D', '0040a073': 'D', '0040a027': 'D', '00189371': 'D', '00189373': 'X', '00189367': 'D',
}

test('the profile is the standard’s: no tag twice, and each row of another extraction is in it with its action', () => {
  const tags = Object.entries(BASIC_PROFILE).flatMap(([action, of]) => of.split(' ').map((tag) => [tag, action] as const))
  const table = new Map(tags)
  assert.equal(table.size, tags.length)
  assert.ok(tags.every(([tag]) => /^[0-9a-f]{8}$/.test(tag)))
  assert.deepEqual(Object.fromEntries(Object.keys(ROWS).map((tag) => [tag, table.get(tag)])), ROWS)
})

/** Attributes that the standard lists since (mostly of waveforms, specimens and gender), which the newer table removes or replaces. */
const SINCE_2024 =
  '00081301 00081302 00081303 00081304 00100011 00100012 00100013 00100014 00100015 00100016 00100041 00100042 00100043 00100044 00100045 00100046 00100047 00102162 ' +
  '00181010 00181011 003a0020 003a0203 003a020c 00400556 0040a034 0040a035 0040b020 0040b034 0040b036 0040b03b 0040b03f 0040e012 00700006'

test('all 619 rows of the table of 2024, as others took it from the standard (test/golden/deidentify/basic_profile.py), have the same action today', () => {
  const golden = JSON.parse(readFileSync(join(FOLDER, '../../golden/deidentify/basic-profile-2024.json'), 'utf8')) as Record<string, string[]>
  const rows = (profile: Record<string, readonly string[]>) => new Map(Object.entries(profile).flatMap(([action, tags]) => tags.map((tag) => [tag, action])))
  const [ours, theirs] = [rows(Object.fromEntries(Object.entries(BASIC_PROFILE).map(([action, tags]) => [action, tags.split(' ')]))), rows(golden)]
  const whole = [...theirs].filter(([tag]) => tag.includes('x'))
  assert.deepEqual(whole, [['50xxxxxx', 'X'], ['60xx3000', 'X'], ['60xx4000', 'X']], 'groups that go whole')
  for (const [tag] of whole) theirs.delete(tag)
  assert.equal(theirs.size, 619)
  assert.deepEqual([...theirs].filter(([tag, action]) => ours.get(tag) !== action), [])
  assert.deepEqual([...ours.keys()].filter((tag) => !theirs.has(tag)).sort(), SINCE_2024.split(' '))
})
