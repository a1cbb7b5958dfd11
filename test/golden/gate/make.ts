/** Writes resources/gate/frontal.bin: the mean of the frontal films of the sample set. `node test/golden/gate/make.ts` */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FRONTAL_FILE } from '#main/services/gate/frontal.ts'
import { meanFilm } from '#main/services/gate/mean-film.ts'
import { sampleFilms } from '#main/services/gate/testing.ts'

const films = await sampleFilms()
await mkdir(dirname(FRONTAL_FILE), { recursive: true })
await writeFile(FRONTAL_FILE, meanFilm(films.map(({ small }) => small)))
