import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { resource } from '../../app.ts'

/** For tests: a set of real films, most of them sound, and of copies that each have something wrong. */
export const SPOILED = ['broken', 'blank', 'copy', 'jpeg', 'small', 'bright', 'cropped', 'inverted', 'lateral', 'tiny', 'overexposed'] as const
export type Spoiled = (typeof SPOILED)[number]

/** Sound films at the front; then a row for each of `SPOILED`, made from a film of the set, each of a patient of its own. */
export const SOUND = 24

/** Write the folder in CheXpert's layout. @returns paths as its train.csv names them, in order */
export async function spoiledSet(folder: string): Promise<string[]> {
  const root = resource('samples', 'dataset')
  const films = readdirSync(join(root, 'train'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jpg')).sort()
  const sound = films.filter((_, i) => i % 6 === 0).slice(0, SOUND)
  const [header = '', ...listed] = readFileSync(join(root, 'train.csv'), 'utf8').trim().split(/\r?\n/)
  const rows = sound.map((name) => listed.find((line) => line.startsWith(`${/^[^,]*?(?=train\/)/.exec(line)?.[0] ?? ''}train/${name.replaceAll('\\', '/')},`))!)
  const put = (path: string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    return join(folder, path)
  }
  const paths = sound.map((name) => `train/${name.replaceAll('\\', '/')}`)
  sound.forEach((name, i) => copyFileSync(join(root, 'train', name), put(paths[i]!)))
  for (const [i, kind] of SPOILED.entries()) {
    const path = `train/patient9${String(i).padStart(4, '0')}/study1/view1_${kind === 'lateral' ? 'lateral' : 'frontal'}.jpg`
    await spoil(kind, join(folder, paths[i]!), put(path))
    const from = rows[i]!
    const row = `set/${path}${from.slice(from.indexOf(','))}`
    rows.push(kind === 'lateral' ? row.replace('Frontal', 'Lateral') : row)
    paths.push(path)
  }
  writeFileSync(join(folder, 'train.csv'), `${[header, ...rows].join('\n')}\n`)
  return paths
}

async function spoil(kind: Spoiled, from: string, to: string): Promise<void> {
  const film = sharp(from)
  const { width, height } = await film.metadata()
  const inside = { left: Math.round(width / 200), top: Math.round(height / 200), width: width - Math.round(width / 100), height: height - Math.round(height / 100) }
  if (kind === 'broken') writeFileSync(to, readFileSync(from).subarray(0, 3000))
  else if (kind === 'copy') copyFileSync(from, to)
  else if (kind === 'blank') await sharp({ create: { width, height, channels: 3, background: '#404040' } }).jpeg().toFile(to)
  else if (kind === 'jpeg') await film.jpeg({ quality: 30 }).toFile(to)
  else if (kind === 'small') await film.resize(Math.round(0.75 * width)).jpeg({ quality: 90 }).toFile(to)
  else if (kind === 'bright') await film.linear(0.85, 30).jpeg({ quality: 90 }).toFile(to)
  else if (kind === 'cropped') await film.extract(inside).jpeg({ quality: 90 }).toFile(to)
  else if (kind === 'inverted') await film.negate().jpeg({ quality: 90 }).toFile(to)
  else if (kind === 'tiny') await film.flop().resize(150, 150, { fit: 'fill' }).jpeg({ quality: 90 }).toFile(to)
  else if (kind === 'overexposed') await film.flop().linear(0.2, 215).jpeg({ quality: 95 }).toFile(to)
  else await film.flop().jpeg({ quality: 90 }).toFile(to)
}
