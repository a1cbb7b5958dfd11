import { defineStore } from 'pinia'
import { computed, ref, shallowRef, type ShallowRef } from 'vue'
import type { Label } from '../../../src-shared/domain/labels.ts'
import type { Decision, Report } from '../../../src-shared/domain/report.ts'
import { call } from '../../bridge/index.ts'
import { attempt, toast } from '../../ui/index.ts'
import { editOf, withFinding } from './findings.ts'
import { strings as t } from './strings.ts'

const MOST_KEY_IMAGES = 12
const SOON_MS = 1000

/** The report that is being written, from the viewer (accept, reject, key image) and from its own page. Every save is a version. */
export const useDraft = defineStore('draft', () => {
  const report = shallowRef<Report | null>(null)
  const error = shallowRef<unknown>(null)
  const dirty = ref(false)
  const saving = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Saves follow one another. */
  let queue: Promise<unknown> = Promise.resolve()

  const keyImages = computed(() => report.value?.keyImages ?? [])
  /** Why it cannot be changed; null while it can. */
  const locked = computed(() => (report.value?.signedAt ? t.locked : null))

  /** Open the report of a study; what was not saved of another one is saved first. */
  async function load(study: string): Promise<void> {
    await save()
    try {
      report.value = await call('reports.ofStudy', { study })
      error.value = null
    } catch (problem) {
      report.value = null
      error.value = problem
    }
  }
  function change(part: Partial<Report>): void {
    if (!report.value) return
    if (locked.value) return void toast({ tone: 'neutral', title: locked.value })
    report.value = { ...report.value, ...part }
    dirty.value = true
  }
  /** Answers whether all is saved. */
  function save(): Promise<boolean> {
    clearTimeout(timer)
    const work = queue.then(async () => {
      if (!dirty.value || !report.value) return true
      const edited = report.value
      dirty.value = false
      saving.value = true
      const done = await attempt(async () => {
        const stored = await call('reports.save', editOf(edited))
        // Words written meanwhile stay; only what the main process adds is taken over.
        if (report.value?.study === stored.study) report.value = { ...report.value, id: stored.id, version: stored.version, prediction: stored.prediction, updatedAt: stored.updatedAt }
      })
      saving.value = false
      if (!done) dirty.value = true
      return done
    })
    queue = work
    return work
  }
  /** After the last of several clicks. */
  function saveSoon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), SOON_MS)
  }
  function addKeyImage(image: string, label: Label | null, contours: Label[] = []): boolean {
    if (locked.value) toast({ tone: 'neutral', title: locked.value })
    else if (keyImages.value.some((key) => key.image === image && key.label === label && (key.contours ?? []).join() === contours.join())) toast({ tone: 'neutral', title: t.keyImageThere })
    else if (keyImages.value.length >= MOST_KEY_IMAGES) toast({ tone: 'neutral', title: t.keyImagesFull })
    else {
      change({ keyImages: [...keyImages.value, { image, label, ...(contours.length && { contours }) }] })
      return true
    }
    return false
  }

  return { report, error, dirty, saving, keyImages, locked, load, change, save, saveSoon, addKeyImage, ...wordsOn(report, change), ...signatures(report, save) }
})

/** The reader's words on the labels. */
function wordsOn(report: ShallowRef<Report | null>, change: (part: Partial<Report>) => void) {
  const findingOf = (label: Label) => report.value?.findings.find((finding) => finding.label === label)
  const decisionOf = (label: Label): Decision => findingOf(label)?.decision ?? 'undecided'
  const put = (label: Label, part: { decision?: Decision; note?: string }): void => change({ findings: withFinding(report.value?.findings ?? [], label, part) })
  return {
    decisionOf,
    noteOf: (label: Label): string => findingOf(label)?.note ?? '',
    note: (label: Label, note: string): void => put(label, { note }),
    /** Accept or reject; the same word again takes it back. */
    decide: (label: Label, decision: Decision): void => put(label, { decision: decisionOf(label) === decision ? 'undecided' : decision }),
  }
}

/** Who stands behind it. */
function signatures(report: ShallowRef<Report | null>, save: () => Promise<boolean>) {
  return {
    /** Lock what is written under a name. */
    async sign(by: string): Promise<void> {
      const { study } = report.value ?? {}
      if (study && (await save())) await attempt(async () => (report.value = await call('reports.sign', { study, by })))
    },
    /** A new version over the signed one. */
    async addendum(): Promise<void> {
      const { study } = report.value ?? {}
      if (study) await attempt(async () => (report.value = await call('reports.addendum', { study })))
    },
  }
}
