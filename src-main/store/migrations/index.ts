import type { Migration } from '../migrate.ts'
import { library } from './0001-library.ts'
import { datasets } from './0002-datasets.ts'
import { jobs } from './0003-jobs.ts'
import { runs } from './0004-runs.ts'
import { models } from './0005-models.ts'
import { reports } from './0006-reports.ts'
import { annotations } from './0007-annotations.ts'
import { decisions } from './0008-decisions.ts'
import { browse } from './0009-browse.ts'
import { signatures } from './0010-signatures.ts'
import { tiff } from './0011-tiff.ts'
import { labelEdits } from './0012-label-edits.ts'
import { quality } from './0013-quality.ts'

/** In order; a released one never changes again. */
export const MIGRATIONS: readonly Migration[] = [library, datasets, jobs, runs, models, reports, annotations, decisions, browse, signatures, tiff, labelEdits, quality]
