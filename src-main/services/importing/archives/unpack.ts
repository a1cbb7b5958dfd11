import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import { badArchive, dataOffset, membersOf, readDirectory } from './directory.ts'
import type { Member } from './directory.ts'

/** What archives may ask of the disk. */
export interface Limits {
  /** Bytes that must stay free on the disk. */
  reserve: number
  /** Of unpacked to packed bytes, over the whole archive; films come to 3, a blank one alone to some hundreds. */
  ratio: number
  /** Archives that unpack to less than this are no bomb, whatever their ratio. */
  harmless: number
}

export const LIMITS: Limits = { reserve: 1 << 30, ratio: 200, harmless: 1 << 28 }

interface Listener {
  refuse(error: unknown, path: string): void
  progress(done: number, total: number): void
  breathe(): Promise<void>
}

const [STORED, DEFLATED] = [0, 8]
const [KIND, LINK, FOLDER, PLAIN] = [0o170000, 0o120000, 0o040000, 0o100000]
const NESTED = /\.(zip|tar|tgz|7z|rar)$|\.tar\.\w+$/i

/**
 * Unpacks a ZIP archive into a folder; what is there already in its full size stays, so that a stopped import goes on. Members whose names lead out of
 * the folder, links, and archives within the archive are refused one by one; the others are unpacked.
 * @throws BAD_ARCHIVE, ARCHIVE_ENCRYPTED, ARCHIVE_BOMB, DISK_FULL
 */
export async function unpack(archive: string, folder: string, told: Listener, limits: Limits = LIMITS): Promise<void> {
  await using handle = await open(archive)
  const directory = await readDirectory(handle, archive)
  await mkdir(folder, { recursive: true })
  await checkWhole(archive, membersOf(directory, archive), folder, limits)
  let done = 0
  const taken = new Set<string>()
  for (const member of membersOf(directory, archive)) {
    try {
      const name = placeOf(member)
      if (name !== null) {
        if (taken.has(name.toLowerCase())) throw new CodedError('DUPLICATE_NAME', 'A member of the archive before it has the same name.')
        taken.add(name.toLowerCase())
        await unpackMember(handle, archive, member, join(folder, name))
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const { code, message, remedy } = toErrorShape(error)
      told.refuse(new CodedError(code, message, { file: `${archive}/${member.name}`, remedy }), archive)
    }
    told.progress(++done, directory.count)
    await told.breathe()
  }
}

/** The archive as a whole, before a byte of it is written. */
async function checkWhole(archive: string, members: Iterable<Member>, folder: string, { reserve, ratio, harmless }: Limits): Promise<void> {
  const { size } = await stat(archive)
  let [bytes, compressed] = [0, 0]
  for (const member of members) {
    if (member.encrypted) {
      throw new CodedError('ARCHIVE_ENCRYPTED', `${basename(archive)} is protected with a password.`, { file: archive, remedy: 'Unpack it with its password and import the folder.' })
    }
    bytes += member.bytes
    compressed += member.compressed
  }
  // Members that share their data are how a small archive claims to be a petabyte (Fifield, A better zip bomb, 2019).
  if (compressed > size) throw badArchive(archive, 'its members overlap')
  if (bytes > harmless && bytes > ratio * size) {
    throw new CodedError('ARCHIVE_BOMB', `${basename(archive)} would unpack to ${Math.round(bytes / size)} times its size, which no archive of films does.`, { file: archive, remedy: 'If it is what you want, unpack it yourself and import the folder.' })
  }
  const { bavail, bsize } = await statfs(folder)
  if (bytes + reserve > bavail * bsize) {
    throw new CodedError('DISK_FULL', `${basename(archive)} unpacks to ${(bytes / 1e9).toFixed(1)} GB, and the disk of the library has ${((bavail * bsize) / 1e9).toFixed(1)} GB left.`, { file: archive, remedy: 'Free some space, or unpack it elsewhere and import the folder.' })
  }
}

/** Path of a member below the folder; null for folders. @throws UNSAFE_PATH, ARCHIVE_NESTED */
function placeOf({ name, mode }: Member): string | null {
  const kind = mode & KIND
  const path = name.replaceAll('\\', '/')
  if (path.endsWith('/') || kind === FOLDER) return null
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const unsafe = path.startsWith('/') || /^[a-z]:/i.test(path) || parts.includes('..') || path.includes('\0') || !parts.length
  if (unsafe) throw new CodedError('UNSAFE_PATH', 'The member would be written outside of the folder of its archive.', { remedy: 'Do not trust this archive.' })
  if (kind === LINK || (kind !== 0 && kind !== PLAIN)) throw new CodedError('UNSAFE_PATH', 'The member is a link or a device, not a file.', { remedy: 'Unpack the archive yourself and import the folder.' })
  if (NESTED.test(path)) throw new CodedError('ARCHIVE_NESTED', 'An archive within an archive is not opened.', { remedy: 'Unpack the outer one and import the inner one.' })
  return parts.join('/')
}

async function unpackMember(handle: FileHandle, archive: string, member: Member, target: string): Promise<void> {
  const { method, name, compressed, bytes } = member
  if (method !== STORED && method !== DEFLATED) throw badArchive(archive, `${name} uses compression method ${method}, which is not supported`)
  const there = await stat(target).catch(() => null)
  if (there?.isFile() && there.size === bytes) return
  const start = await dataOffset(handle, member, archive)
  // An empty range cannot be said with an inclusive end.
  const source = compressed === 0 ? Readable.from([]) : createReadStream(archive, { start, end: start + compressed - 1, highWaterMark: 1 << 18 })
  await mkdir(dirname(target), { recursive: true })
  const temporary = `${target}.${process.pid}.tmp`
  const check = checker(member)
  const sink = createWriteStream(temporary)
  try {
    if (method === DEFLATED) await pipeline(source, createInflateRaw({ chunkSize: 1 << 18 }), check.through, sink)
    else await pipeline(source, check.through, sink)
    check.end()
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) throw damaged(`does not inflate (${error.message})`)
    throw error
  }
}

const damaged = (what: string): CodedError => new CodedError('ARCHIVE_DAMAGED', `The member ${what}.`, { remedy: 'Fetch the archive again.' })

/** Ends a member that grows beyond what its directory says, and proves its CRC-32. */
function checker({ bytes, crc }: Member): { through: Transform; end: () => void } {
  let [seen, sum] = [0, 0]
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      sum = crc32(chunk, sum)
      if (seen > bytes) done(damaged('is larger than its archive says'))
      else done(null, chunk)
    },
  })
  const end = (): void => {
    if (seen !== bytes || sum !== crc) throw damaged('is not what was packed (CRC-32)')
  }
  return { through, end }
}
