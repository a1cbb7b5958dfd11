"""PyTorch + timm: a short training of the same network on the same films. One JSON object a line on stdout; the last has the outcome.

Setting (first argument, JSON): pack uint8 [n, side, side] and labels uint8 [n, 14] as .npy, start (safetensors), model, peak, threads, and either
  order   int32 [steps, batch] .npy of rows: no augmentation, the loss of each step; total is that of the schedule; or
  train, validation  int32 .npy of rows, with epochs, batch, seed, out: augmented training, then the logits of the validation rows as .npy.
"""
import json
import sys

import numpy as np
import torch

from learning_augmentation import DRAWS, augment, check
from learning_recipe import Learner, normalise

given = json.loads(sys.argv[1])
torch.set_num_threads(given["threads"])
pack = np.load(given["pack"], mmap_mode="r")
labels = torch.from_numpy(np.load(given["labels"])).float()


def say(**message):
    print(json.dumps(message), flush=True)


def films(rows):
    return torch.from_numpy(pack[rows])[:, None].float() / 255


def losses():
    """The batches as they are given."""
    order = np.load(given["order"])
    learner = Learner(given["model"], given["start"], given["peak"], given["total"])
    for step, rows in enumerate(order):
        loss, rate = learner.step(normalise(films(rows)), labels[rows])
        say(step=step + 1, loss=loss, rate=rate)


def fold():
    """As fastai trains: a new order each epoch, the last part batch dropped, every film augmented anew."""
    say(augmentation=check())
    train, validation = np.load(given["train"]), np.load(given["validation"])
    random = torch.Generator().manual_seed(given["seed"])
    batch, epochs = given["batch"], given["epochs"]
    steps = max(1, len(train) // batch)
    learner = Learner(given["model"], given["start"], given["peak"], steps * epochs)
    for epoch in range(epochs):
        order, total = train[torch.randperm(len(train), generator=random).numpy()], 0.0
        for i in range(steps):
            rows = order[i * batch : (i + 1) * batch]
            loss, _ = learner.step(augment(films(rows), torch.rand(len(rows), DRAWS, generator=random)), labels[rows])
            total += loss
        say(epoch=epoch + 1, loss=total / steps)
    np.save(given["out"], learner.predict(films(validation), batch).numpy())


losses() if "order" in given else fold()
say(done=True, torch=torch.__version__)
