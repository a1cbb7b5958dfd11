/** One rank of a training run: forked by the coordinator, which says what to train and hears how it goes. */
import { parentPort, serveTrainer } from '../engine/cluster/trainer-channel.ts'
import { trainRank } from '../engine/training/loop.ts'

serveTrainer(parentPort(), trainRank)
