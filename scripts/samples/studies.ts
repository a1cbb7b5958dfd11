import type { FilmToWrite } from '../../src-main/dicom/index.ts'

export interface SampleStudy
  extends Required<Pick<FilmToWrite, 'patientId' | 'patientName' | 'birthDate' | 'sex' | 'age' | 'studyDate' | 'studyTime' | 'studyDescription' | 'viewPosition'>> {
  /** Name of the file to make, without extension. */
  file: string
  /** PNG in nih-1024. */
  image: string
  photometric: 'MONOCHROME1' | 'MONOCHROME2'
  compression: 'none' | 'rle' | 'jpeg-lossless' | 'jpeg-lossless-sv1' | 'jpeg-baseline'
}

/** Sex, age and view are the films' own; names, numbers and dates are invented. SAMPLE-001 has a prior. */
export const STUDIES: SampleStudy[] = [
  {
    file: 'sample-001-2015', image: '00000211_000.png', patientId: 'SAMPLE-001', patientName: 'SAMPLE^ONE', birthDate: '19600312', sex: 'F', age: '055Y',
    studyDate: '20150914', studyTime: '091500', studyDescription: 'Chest PA', viewPosition: 'PA', photometric: 'MONOCHROME2', compression: 'jpeg-lossless-sv1',
  },
  {
    file: 'sample-001-2019', image: '00000211_013.png', patientId: 'SAMPLE-001', patientName: 'SAMPLE^ONE', birthDate: '19600312', sex: 'F', age: '059Y',
    studyDate: '20190620', studyTime: '143000', studyDescription: 'Chest AP, follow-up', viewPosition: 'AP', photometric: 'MONOCHROME2', compression: 'jpeg-lossless',
  },
  {
    file: 'sample-002', image: '00000404_000.png', patientId: 'SAMPLE-002', patientName: 'SAMPLE^TWO', birthDate: '19470105', sex: 'M', age: '072Y',
    studyDate: '20190211', studyTime: '104500', studyDescription: 'Chest AP', viewPosition: 'AP', photometric: 'MONOCHROME1', compression: 'jpeg-lossless-sv1',
  },
  {
    file: 'sample-003', image: '00000574_000.png', patientId: 'SAMPLE-003', patientName: 'SAMPLE^THREE', birthDate: '19560730', sex: 'F', age: '063Y',
    studyDate: '20190822', studyTime: '080200', studyDescription: 'Chest PA', viewPosition: 'PA', photometric: 'MONOCHROME2', compression: 'rle',
  },
  {
    file: 'sample-004', image: '00001285_001.png', patientId: 'SAMPLE-004', patientName: 'SAMPLE^FOUR', birthDate: '19860417', sex: 'M', age: '033Y',
    studyDate: '20191103', studyTime: '221000', studyDescription: 'Chest AP, portable', viewPosition: 'AP', photometric: 'MONOCHROME2', compression: 'jpeg-baseline',
  },
  {
    file: 'sample-005', image: '00001385_000.png', patientId: 'SAMPLE-005', patientName: 'SAMPLE^FIVE', birthDate: '19600928', sex: 'F', age: '059Y',
    studyDate: '20191118', studyTime: '113500', studyDescription: 'Chest AP', viewPosition: 'AP', photometric: 'MONOCHROME2', compression: 'none',
  },
]
