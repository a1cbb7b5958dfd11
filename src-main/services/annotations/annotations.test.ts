import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { annotationSchema } from '#shared/contracts/annotations.ts'
import type { Annotation } from '#shared/domain/annotation.ts'
import { importNow, jpeg, testLibrary } from '../testing/library.ts'

test('annotations are kept per film, changed under their id, come back after a deletion and go with the study', async (t) => {
  const { services, folder } = testLibrary(t)
  mkdirSync(join(folder, 'films'))
  for (const [seed, name] of ['a', 'b'].entries()) await jpeg(join(folder, 'films', `${name}.jpg`), seed + 1, 64)
  await importNow(services, join(folder, 'films'))
  const { rows } = services.studies.list({ search: '', origin: 'library', sort: 'patientId', descending: false, offset: 0, limit: 9 })
  const [a, b] = rows.map(({ coverImage }) => coverImage!) as [string, string]
  const { annotations } = services
  const line: Annotation = { id: randomUUID(), image: a, frame: 0, kind: 'length', points: [{ x: 1, y: 2.5 }, { x: 30, y: 40 }], text: '' }
  const word: Annotation = { id: randomUUID(), image: a, frame: 0, kind: 'text', points: [{ x: 5, y: 5 }], text: 'nodule?' }
  annotations.save(line)
  annotations.save(word)
  const longer = { ...line, points: [{ x: 1, y: 2.5 }, { x: 60, y: 40 }] }
  annotations.save(longer)
  assert.deepEqual(annotations.ofImage(a), [longer, word])
  assert.deepEqual(annotations.ofImage(b), [])
  annotations.remove(line.id)
  annotations.remove(line.id)
  assert.deepEqual(annotations.ofImage(a), [word])
  annotations.save(line)
  assert.deepEqual(annotations.ofImage(a), [word, line])
  assert.throws(() => annotations.save({ ...word, image: b }), { code: 'ANNOTATION_CONFLICT' })
  assert.throws(() => annotations.save({ ...word, id: randomUUID(), image: 'im_zzz' }), { code: 'NOT_FOUND' })
  services.studies.remove([rows[0]!.id])
  assert.equal(services.store.annotations.find(word.id), null)
  const actions = services.store.audit.list().filter(({ action }) => action.startsWith('annotation.')).map(({ action }) => action)
  assert.deepEqual(actions, ['annotation.add', 'annotation.remove', 'annotation.change', 'annotation.add', 'annotation.add'])
})

test('an annotation has the points of its kind, and they are numbers of this world', () => {
  const fits = (points: object[], kind = 'angle'): boolean => annotationSchema.safeParse({ id: randomUUID(), image: 'im_1', frame: 0, kind, points, text: '' }).success
  const point = { x: 1, y: 1 }
  assert.deepEqual([fits([point, point, point]), fits([point, point]), fits([point, point, { x: Infinity, y: 0 }]), fits([point], 'text')], [true, false, false, true])
})
