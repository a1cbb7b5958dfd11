import { computed, ref, watch } from 'vue'
import { defineStore } from 'pinia'
import type { StudyRow } from '../../../src-shared/domain/study.ts'
import { ageSex, dicomDate } from '../../ui/format.ts'
import type { Column } from '../../ui/index.ts'
import { patientOf } from './names.ts'
import { strings as t } from './strings.ts'

/** Every column of the worklist in its order; the first two always stay. */
export const COLUMNS: readonly Column<StudyRow>[] = [
  { key: 'status', title: '', width: 28 },
  { key: 'patientName', title: t.columns.patient, width: '2fr', minWidth: 124, sortable: true, value: patientOf },
  { key: 'film', title: t.columns.film, width: 44 },
  { key: 'patientId', title: t.columns.patientId, width: 104, sortable: true, value: ({ patientId }) => patientId },
  { key: 'age', title: t.columns.age, width: 72, value: ({ age, sex }) => ageSex(age, sex) },
  { key: 'date', title: t.columns.date, width: 104, sortable: true, value: ({ date }) => dicomDate(date) },
  { key: 'description', title: t.columns.description, width: '2fr', minWidth: 74, sortable: true, value: ({ description, modality }) => description || modality },
  { key: 'modality', title: t.columns.modality, width: 72, value: ({ modality }) => modality },
  { key: 'images', title: t.columns.images, width: 62, align: 'end', sortable: true, value: ({ images }) => String(images) },
  { key: 'state', title: t.columns.status, width: 92, value: ({ status }) => t.statuses[status] },
  { key: 'findings', title: t.columns.findings, width: '3fr', minWidth: 136 },
]
const ALWAYS = ['status', 'patientName']
const AT_FIRST = ['film', 'age', 'date', 'description', 'images', 'findings']
const KEPT_AS = 'studies.columns'

export const CHOICES = COLUMNS.filter(({ key }) => !ALWAYS.includes(key))

/** The names that were kept, as far as they are columns; nothing usable is the choice that everybody begins with. */
export function readColumns(kept: string | null): string[] {
  try {
    const names: unknown = JSON.parse(kept ?? '')
    if (Array.isArray(names)) return CHOICES.map(({ key }) => key).filter((key) => names.includes(key))
  } catch {
    // Somebody else's writing.
  }
  return AT_FIRST
}

/** Which columns the user wants, on this machine. */
export const useColumns = defineStore('studies.columns', () => {
  const chosen = ref(readColumns(localStorage.getItem(KEPT_AS)))
  watch(chosen, (keys) => localStorage.setItem(KEPT_AS, JSON.stringify(keys)))
  const columns = computed(() => COLUMNS.filter(({ key }) => ALWAYS.includes(key) || chosen.value.includes(key)))
  function toggle(key: string): void {
    chosen.value = chosen.value.includes(key) ? chosen.value.filter((one) => one !== key) : [...chosen.value, key]
  }
  return { chosen, columns, toggle }
})
