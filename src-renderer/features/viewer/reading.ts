import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Label } from '../../../src-shared/domain/labels.ts'
import type { Decision, Report } from '../../../src-shared/domain/report.ts'
import { call, useEvent } from '../../bridge/index.ts'
import { attempt, toast } from '../../ui/index.ts'
import { strings as t } from './strings.ts'

const MOST_KEY_IMAGES = 12

/** The reader's words on the open study, kept in its report as they are made. */
export const useReading = defineStore('reading', () => {
  const report = shallowRef<Report | null>(null)
  let saving: Promise<unknown> = Promise.resolve()

  async function load(study: string): Promise<void> {
    await saving
    await attempt(async () => (report.value = await call('reports.ofStudy', { study })))
  }
  const findingOf = (label: Label) => report.value?.findings.find((finding) => finding.label === label)
  const decisionOf = (label: Label): Decision => findingOf(label)?.decision ?? 'undecided'
  const noteOf = (label: Label): string => findingOf(label)?.note ?? ''

  /** Saves follow one another, each with everything said so far. */
  function change(part: Partial<Report>): void {
    if (!report.value) return
    report.value = { ...report.value, ...part }
    const { study, findings, text, impression, keyImages } = report.value
    saving = saving.then(() => attempt(() => call('reports.save', { study, findings, text, impression, keyImages })))
  }
  function put(label: Label, part: { decision?: Decision; note?: string }): void {
    const others = report.value?.findings.filter((finding) => finding.label !== label) ?? []
    change({ findings: [...others, { label, decision: decisionOf(label), note: noteOf(label), ...part }] })
  }
  /** Accept or reject; the same word again takes it back. */
  function decide(label: Label, decision: Decision): void {
    put(label, { decision: decisionOf(label) === decision ? 'undecided' : decision })
  }
  function addKeyImage(image: string, label: Label | null): void {
    const keyImages = report.value?.keyImages ?? []
    if (keyImages.some((key) => key.image === image && key.label === label)) return toast({ tone: 'neutral', title: t.keyImageThere })
    if (keyImages.length >= MOST_KEY_IMAGES) return toast({ tone: 'neutral', title: t.keyImagesFull })
    change({ keyImages: [...keyImages, { image, label }] })
    toast({ tone: 'success', title: t.keyImageAdded })
  }

  useEvent('changed', ({ what }) => {
    // A report made elsewhere; our own saves come back the same.
    if (what.includes('predictions') && report.value) void load(report.value.study)
  })
  return { report, load, decisionOf, noteOf, decide, note: (label: Label, note: string) => put(label, { note }), addKeyImage, settled: () => saving }
})
