import type { ImageRow, StudyDetail } from '../../../../src-shared/domain/study.ts'

export type Layout = 'one' | 'views' | 'prior' | 'four'

/** What hangs in one viewport. */
export interface Hung {
  study: StudyDetail
  image: ImageRow
}

/** Columns of each layout. */
export const COLUMNS: Record<Layout, number> = { one: 1, views: 2, prior: 2, four: 2 }
const PANES: Record<Layout, number> = { one: 1, views: 2, prior: 2, four: 4 }

const LATERAL = /^(LL|RL|LATERAL|LLD|RLD)$/i
/** By View Position (0018,5101); what does not say counts as frontal, as nearly all of them are. */
export const isLateral = ({ view }: Pick<ImageRow, 'view'>): boolean => LATERAL.test(view.trim())

/** Frontal first, then lateral: each the first of its kind. */
function views(study: StudyDetail): Hung[] {
  const frontal = study.imagesOf.find((image) => !isLateral(image))
  const lateral = study.imagesOf.find(isLateral)
  return [frontal, lateral].flatMap((image) => (image ? [{ study, image }] : []))
}

/** The image of a prior that compares best with this one: of its view, else its first. */
function counterpart(prior: StudyDetail, to: ImageRow): Hung[] {
  const image = prior.imagesOf.find((other) => isLateral(other) === isLateral(to)) ?? prior.imagesOf[0]
  return image ? [{ study: prior, image }] : []
}

/**
 * What hangs where. Current on the left or above, prior on the right or below; places for which there is no film stay empty.
 * @param current the image to begin with
 */
export function hang(layout: Layout, study: StudyDetail, current: ImageRow, prior: StudyDetail | null): (Hung | null)[] {
  const hung = hangOf(layout, study, current, prior)
  return Array.from({ length: PANES[layout] }, (_, i) => hung[i] ?? null)
}

function hangOf(layout: Layout, study: StudyDetail, image: ImageRow, prior: StudyDetail | null): Hung[] {
  const now = { study, image }
  const both = views(study)
  const others = study.imagesOf.filter((other) => other !== image).map((other) => ({ study, image: other }))
  const earlier = prior ? counterpart(prior, image) : []
  if (layout === 'one') return [now]
  if (layout === 'prior') return [now, ...earlier]
  // Two films of one view, or one and no lateral: what there is, the current one first.
  const pair = both.length === 2 ? both : [now, ...others].slice(0, 2)
  if (layout === 'views') return pair.length === 2 ? pair : [...pair, ...earlier]
  return [...pair, ...(prior ? views(prior) : others.filter(({ image: other }) => !pair.some((hung) => hung.image === other)))]
}
