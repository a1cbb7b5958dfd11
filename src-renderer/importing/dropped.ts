export interface DroppedFile {
  file: File
  /** Path below the drop: `set/train/film.png`. */
  name: string
}

/** Every file of a drop, folders opened. Hidden files stay out. */
export async function droppedFiles(transfer: DataTransfer): Promise<DroppedFile[]> {
  // The list is only alive during the event: take the entries before the first await.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file').map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const files: DroppedFile[] = []
  for (const { entry, file } of items) {
    if (entry) await walk(entry, files)
    else if (file) files.push({ file, name: file.name })
  }
  return files
}

/** Top-level items of a drop as they are: Electron imports folders by path. */
export const droppedItems = (transfer: DataTransfer): DroppedFile[] => [...transfer.files].map((file) => ({ file, name: file.name }))

async function walk(entry: FileSystemEntry, files: DroppedFile[]): Promise<void> {
  if (entry.name.startsWith('.')) return
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    files.push({ file, name: entry.fullPath.replace(/^\//, '') })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  // A reader answers a hundred entries at a time, then none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (!some.length) return
    for (const below of some) await walk(below, files)
  }
}
