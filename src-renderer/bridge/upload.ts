import { CodedError, fromErrorShape, type ErrorShape } from '../../src-shared/errors.ts'

/** Files in flight at once; loopback is fast, and the host writes each to disk. */
const PARALLEL = 4

/**
 * Paths that `import.start` understands: Electron knows them; the web host receives the bytes and answers where it put them.
 * `names` carries the path below a dropped folder, so that a CheXpert tree keeps its shape.
 */
export async function pathsOfFiles(files: { file: File; name: string }[], progress: (done: number) => void = () => {}): Promise<string[]> {
  const pathForFile = window.xclassifier?.pathForFile
  if (pathForFile) return [...new Set(files.map(({ file }) => pathForFile(file)).filter(Boolean))]
  const batch = crypto.randomUUID()
  const queue = files.entries()
  const paths: string[] = new Array<string>(files.length)
  let done = 0
  const worker = async (): Promise<void> => {
    for (const [index, { file, name }] of queue) {
      paths[index] = await upload(file, name, batch)
      progress(++done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL, files.length) }, worker))
  return commonFolder(files.map(({ name }) => name), paths)
}

async function upload(file: File, name: string, batch: string): Promise<string> {
  const response = await fetch(`/upload?${new URLSearchParams({ name, batch })}`, { method: 'POST', body: file })
  const answer = (await response.json().catch(() => null)) as { path?: string; error?: ErrorShape } | null
  if (response.ok && answer?.path) return answer.path
  throw answer?.error ? fromErrorShape(answer.error) : new CodedError('UPLOAD_FAILED', `"${file.name}" could not be handed over (${response.status}).`)
}

/** When everything came from one dropped folder, import that folder, so that its CSV finds its images. */
function commonFolder(names: string[], paths: string[]): string[] {
  const top = names[0]?.includes('/') ? names[0].split('/')[0] : undefined
  if (!top || !names.every((name) => name.startsWith(`${top}/`))) return paths
  const below = names[0]!.slice(top.length)
  return [paths[0]!.slice(0, -below.length)]
}
