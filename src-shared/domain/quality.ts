import type { Job } from './job.ts'

/** What may be wrong with a film of a data set, the worst first. */
export const QUALITY_REASONS = ['unreadable', 'blank', 'identical', 'near-duplicate', 'lateral', 'inverted', 'tiny', 'intensity'] as const
export type QualityReason = (typeof QUALITY_REASONS)[number]

export const QUALITY_CHOICES = ['exclude', 'keep', 'open'] as const
/** What somebody decided on a film: it does not train, it does, or that is open again (and then it trains). */
export type QualityChoice = (typeof QUALITY_CHOICES)[number]

/** One reason to doubt a film. */
export interface QualityFinding {
  reason: QualityReason
  /** What was measured; null where the reason is no matter of numbers. */
  figure: number | null
  /** Where doubt begins, in the same unit. */
  threshold: number | null
  /** The same in words, without the path. */
  words: string
}

/** A film in doubt, in the order of the set; of duplicates those that belong together stand together. */
export interface QualityFilm {
  /** Of the data set's row. */
  id: string
  image: string
  study: string
  fileName: string
  patient: string
  view: string
  findings: QualityFinding[]
  /** Of the film that it is most like. */
  twin: { id: string; image: string; fileName: string; patient: string } | null
  /** Films that show the same, this one too; 0 for one without its like. */
  alike: number
  choice: QualityChoice
}

export interface QualityCount {
  reason: QualityReason
  films: number
  excluded: number
  kept: number
}

/** What is known of the films of a data set. */
export interface QualitySummary {
  dataset: string
  films: number
  /** Films whose pixels were measured; those that could not be read count too. */
  measured: number
  /** When the last check ended; null before the first. */
  checkedAt: string | null
  /** Films came or changed since. */
  stale: boolean
  reasons: QualityCount[]
  /** Films with any reason, films that do not train, and films that somebody kept. */
  doubted: number
  excluded: number
  kept: number
  /** Groups of films that show the same. */
  clusters: number
  /** The check that runs, or that did not come to its end. */
  job: Job | null
}

/** Who said what of a film, when and why. */
export interface QualityWord {
  at: string
  choice: QualityChoice
  note: string
  reader: string
  /** Films that the word was said of at once. */
  films: number
}

/** Films that show the same in several parts of a split. */
export interface DuplicateLeak {
  /** False until the films were looked at: then nothing is known. */
  searched: boolean
  /** Share of test images, 0 to 1, of which training has a duplicate. */
  share: number
  images: number
  /** Groups of films that lie in more than one part. */
  clusters: number
  /** Films that were moved to make this split; null for one that was made otherwise. */
  moved: number | null
}
