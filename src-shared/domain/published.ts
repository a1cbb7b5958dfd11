import type { ExperimentTable, Figures } from './experiment.ts'

/** A row of a table of the paper; `condition` says what it was measured on. */
export interface PublishedRow {
  title: string
  condition: string
  figures: Partial<Figures>
}

export interface PublishedTable {
  source: string
  rows: PublishedRow[]
}

const SOURCE = 'Distributed Deep Learning for Multi-Label Chest Radiography Classification (Xclassifier), VISAPP 2022'

const row = (title: string, condition: string, figures: Partial<Figures>): PublishedRow => ({ title, condition, figures })
const TEN_EPOCHS = 'MIMIC-CXR, 10 epochs'
const TENTH = '10 % of MIMIC-CXR, ResNet-18'

/** The paper's figures; accuracy and AUC, there in per cent, as shares. */
export const PUBLISHED: Record<ExperimentTable, PublishedTable> = {
  table3: {
    source: `${SOURCE}, Table 3`,
    rows: [
      row('DenseNet-121', TEN_EPOCHS, { accuracy: 0.9069, auc: 0.8134 }),
      row('DenseNet-121d', TEN_EPOCHS, { accuracy: 0.9073, auc: 0.8128 }),
      row('DenseNetblur-121d', TEN_EPOCHS, { accuracy: 0.908, auc: 0.8196 }),
    ],
  },
  table4: {
    source: `${SOURCE}, Table 4`,
    rows: [
      row('DICOM', TENTH, { accuracy: 0.894, auc: 0.8002, minutesPerEpoch: 111 }),
      row('JPEG', TENTH, { accuracy: 0.8958, auc: 0.8157, minutesPerEpoch: 6 }),
    ],
  },
  table5: {
    source: `${SOURCE}, Table 5`,
    rows: [
      row('1 GPU', 'CheXpert, V100', { minutesPerEpoch: 16 }),
      row('DP, 4 GPUs', 'CheXpert, V100', { minutesPerEpoch: 14 }),
      row('DDP, 4 GPUs', 'CheXpert, V100', { minutesPerEpoch: 4 }),
      row('DP, 4 GPUs', 'MIMIC-CXR, V100', { minutesPerEpoch: 181 }),
      row('DDP, 4 GPUs', 'MIMIC-CXR, V100', { minutesPerEpoch: 54 }),
    ],
  },
  table6: {
    source: `${SOURCE}, Table 6; precision, recall and F1 from its text`,
    rows: [
      row('Xclassifier', 'CheXpert, 30 epochs', { accuracy: 0.8961, auc: 0.8389, precision: 0.682, recall: 0.344, f1: 0.389 }),
      row('Latent-space', 'CheXpert', { auc: 0.6697 }),
      row('CheXclusion', 'CheXpert', { auc: 0.805 }),
      row('Xclassifier', 'MIMIC-CXR, 30 epochs', { accuracy: 0.9217, auc: 0.841, precision: 0.689, recall: 0.36, f1: 0.424 }),
      row('VSE-GCN', 'MIMIC-CXR', { auc: 0.721 }),
      row('CheXclusion', 'MIMIC-CXR', { auc: 0.834 }),
    ],
  },
}
