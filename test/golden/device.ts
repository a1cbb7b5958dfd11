/** Where the golden runs are computed: on the CPU, or by `npm run test:gpu` on a GPU for each rank. */
export const goldenDevice = (rank = 0): 'cpu' | { gpu: number } => (process.env.XCLASSIFIER_TEST_DEVICE === 'gpu' ? { gpu: rank } : 'cpu')
