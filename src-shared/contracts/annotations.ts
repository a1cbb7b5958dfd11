import { z } from 'zod'
import { ANNOTATION_KINDS, POINTS } from '../domain/annotation.ts'
import type { Annotation } from '../domain/annotation.ts'
import { request } from './define.ts'

const id = z.string().min(1).max(80)
const point = z.object({ x: z.number().min(-1e6).max(1e6), y: z.number().min(-1e6).max(1e6) })

export const annotationSchema = z
  .object({
    id: z.uuid(),
    image: id,
    frame: z.number().int().min(0).max(100_000),
    kind: z.enum(ANNOTATION_KINDS),
    points: z.array(point).max(4),
    text: z.string().max(500),
  })
  .refine(({ kind, points }) => points.length === POINTS[kind], 'an annotation has the points of its kind')

export const annotationsContract = {
  /** As drawn, oldest first. */
  'annotations.ofImage': request<Annotation[]>()(z.object({ image: id })),
  /** A new one, or a change of one of the same film. */
  'annotations.save': request<Annotation>()(annotationSchema),
  'annotations.remove': request<null>()(z.object({ id: z.uuid() })),
}
