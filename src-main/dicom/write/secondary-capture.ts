import { codeItem, referenceItem } from './content-items.ts'
import type { Code, Instance } from './content-items.ts'
import { encodePart10 } from './encode.ts'
import type { Dataset } from './encode.ts'
import { dateAndTime, equipment, optional, patientAndStudy } from './modules.ts'
import type { Equipment, PatientAndStudy } from './modules.ts'
import { line } from './text.ts'
import type { Uids } from './uid.ts'

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7'

export interface SecondaryCapture extends Uids, PatientAndStudy {
  equipment: Equipment
  seriesNumber: number
  seriesDescription: string
  instanceNumber: number
  writtenAt: Date
  /** Interleaved RGB, `3 * rows * columns`. */
  pixels: Uint8Array
  rows: number
  columns: number
  /** How the picture was made (ST, 1024 characters). */
  derivation: string
  derivationCode: Code
  /** What it was made from, and why it is named. */
  source: Instance & { purpose: Code }
  /** The source once went through a lossy compression. */
  lossy: boolean
}

/**
 * A picture made on a workstation with words burned in, as a Secondary Capture in colour (PS3.3 A.8.1): a Part 10 file, Explicit VR Little Endian.
 * @throws RangeError when the pixels do not fill the picture
 */
export function writeSecondaryCapture(capture: SecondaryCapture): Uint8Array {
  const { pixels, rows, columns } = capture
  if (pixels.length !== 3 * rows * columns) throw new RangeError(`${pixels.length} values for ${columns}x${rows} pixels in colour`)
  return encodePart10([...patientAndStudy(capture), ...equipment(capture.equipment), ...series(capture), ...origin(capture), ...picture(capture)])
}

function series(capture: SecondaryCapture): Dataset {
  const [date, time] = dateAndTime(capture.writtenAt)
  return [
    [0x00080012, 'DA', date],
    [0x00080013, 'TM', time],
    [0x00080016, 'UI', SECONDARY_CAPTURE],
    [0x00080018, 'UI', capture.sopInstanceUid],
    [0x00080023, 'DA', date],
    [0x00080033, 'TM', time],
    [0x00080060, 'CS', 'OT'],
    [0x00080064, 'CS', 'WSD'],
    [0x0008103e, 'LO', line(capture.seriesDescription, 64)],
    [0x0020000e, 'UI', capture.seriesInstanceUid],
    [0x00200011, 'IS', capture.seriesNumber],
    [0x00200013, 'IS', capture.instanceNumber],
    [0x00200020, 'CS', null],
    [0x00200060, 'CS', null],
  ]
}

/** Where the picture comes from (General Image and SC Image modules, PS3.3 C.7.6.1 and C.8.6.2). */
function origin({ writtenAt, equipment: made, derivation, derivationCode, source, lossy }: SecondaryCapture): Dataset {
  const [date, time] = dateAndTime(writtenAt)
  return [
    [0x00080008, 'CS', ['DERIVED', 'SECONDARY']],
    [0x00082111, 'ST', derivation.slice(0, 1024)],
    [0x00082112, 'SQ', [[...referenceItem(source), [0x0040a170, 'SQ', [codeItem(source.purpose)]]]]],
    [0x00089215, 'SQ', [codeItem(derivationCode)]],
    [0x00181012, 'DA', date],
    [0x00181014, 'TM', time],
    [0x00181016, 'LO', line(made.manufacturer, 64)],
    [0x00181018, 'LO', line(made.model, 64)],
    [0x00181019, 'LO', line(made.version, 64)],
    [0x00280301, 'CS', 'YES'],
    ...optional(0x00282110, 'CS', lossy ? '01' : null),
  ]
}

const picture = ({ pixels, rows, columns }: SecondaryCapture): Dataset => [
  [0x00280002, 'US', 3],
  [0x00280004, 'CS', 'RGB'],
  [0x00280006, 'US', 0],
  [0x00280010, 'US', rows],
  [0x00280011, 'US', columns],
  [0x00280100, 'US', 8],
  [0x00280101, 'US', 8],
  [0x00280102, 'US', 7],
  [0x00280103, 'US', 0],
  [0x7fe00010, 'OB', pixels],
]
