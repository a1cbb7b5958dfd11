import type { Job, JobKind, JobState, SkippedFile } from '#shared/domain/job.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Db } from '../connection.ts'
import { newKey, requireKey, toId, unknown } from '../ids.ts'

/** A job as it is kept: rate and time left live only while it runs. */
export interface StoredJob extends Job {
  key: number
  input: unknown
  pid: number
}

interface Row {
  key: number
  kind: JobKind
  title: string
  state: JobState
  input: string
  resumable: number
  pid: number
  done: number
  total: number
  result: string | null
  error: string | null
  started_at: string
  ended_at: string | null
  skipped: number
}

const SELECT = 'SELECT j.*, (SELECT count(*) FROM job_skips WHERE job = j.key) AS skipped FROM jobs j'

export class JobsRepository {
  readonly #insert
  readonly #byKey
  readonly #list
  readonly #state
  readonly #progress
  readonly #end
  readonly #skip
  readonly #clearSkips
  readonly #skipped
  readonly #clear

  constructor(db: Db) {
    this.#insert = db.prepare("INSERT INTO jobs (key, kind, title, state, input, resumable, pid, started_at) VALUES (?, ?, ?, 'queued', ?, ?, ?, ?)")
    this.#byKey = db.prepare<[number], Row>(`${SELECT} WHERE j.key = ?`)
    this.#list = db.prepare<[], Row>(`${SELECT} ORDER BY j.started_at DESC, j.rowid DESC`)
    this.#state = db.prepare('UPDATE jobs SET state = ?, pid = ?, error = NULL, ended_at = NULL WHERE key = ?')
    this.#progress = db.prepare('UPDATE jobs SET done = ?, total = ? WHERE key = ?')
    this.#end = db.prepare('UPDATE jobs SET state = ?, result = ?, error = ?, ended_at = ? WHERE key = ?')
    this.#skip = db.prepare('INSERT INTO job_skips (job, path, code, message) VALUES (?, ?, ?, ?)')
    this.#clearSkips = db.prepare('DELETE FROM job_skips WHERE job = ?')
    this.#skipped = db.prepare<[number], SkippedFile>('SELECT path, code, message FROM job_skips WHERE job = ? ORDER BY key')
    this.#clear = db.prepare("DELETE FROM jobs WHERE state NOT IN ('queued', 'running')")
  }

  create(job: { kind: JobKind; title: string; input: unknown; resumable: boolean }): StoredJob {
    const key = newKey()
    this.#insert.run(key, job.kind, job.title, JSON.stringify(job.input), job.resumable ? 1 : 0, process.pid, new Date().toISOString())
    return this.get(toId('jb', key))
  }

  /** @throws NOT_FOUND */
  get(id: string): StoredJob {
    const row = this.#byKey.get(requireKey('jb', id))
    return row ? toJob(row) : unknown('jb', id)
  }

  /** Newest first. */
  list(): StoredJob[] {
    return this.#list.all().map(toJob)
  }

  /** Queued (again) or running, in this process. */
  setState(key: number, state: 'queued' | 'running'): void {
    this.#state.run(state, process.pid, key)
  }

  progress(key: number, done: number, total: number): void {
    this.#progress.run(done, total, key)
  }

  end(key: number, state: JobState, end: { result?: Job['result']; error?: ErrorShape | null } = {}): void {
    this.#end.run(state, end.result ? JSON.stringify(end.result) : null, end.error ? JSON.stringify(end.error) : null, new Date().toISOString(), key)
  }

  skip(key: number, file: SkippedFile): void {
    this.#skip.run(key, file.path, file.code, file.message)
  }

  clearSkips(key: number): void {
    this.#clearSkips.run(key)
  }

  skipped(id: string): SkippedFile[] {
    return this.#skipped.all(requireKey('jb', id))
  }

  /** Forget the jobs that have ended; how many. */
  clear(): number {
    return this.#clear.run().changes
  }
}

function toJob(row: Row): StoredJob {
  return {
    key: row.key,
    input: JSON.parse(row.input) as unknown,
    pid: row.pid,
    id: toId('jb', row.key),
    kind: row.kind,
    title: row.title,
    state: row.state,
    done: row.done,
    total: row.total,
    rate: 0,
    timeLeft: null,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    result: row.result ? (JSON.parse(row.result) as Job['result']) : null,
    error: row.error ? (JSON.parse(row.error) as ErrorShape) : null,
    skippedCount: row.skipped,
    resumable: row.resumable === 1,
  }
}

/** What a page may see. */
export function publicJob({ key: _key, input: _input, pid: _pid, ...job }: StoredJob): Job {
  return job
}
