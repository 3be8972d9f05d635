"""Trains a small poem network from nothing, as one of several workers or alone, and does something to it.

python -m tests.scale.worker_training RANK PORT,PORT... OUT ACTION

Ten epochs without dropout. ACTION is `run`, `stop` (worker 1 asks all to stop in the sixth), `resume`, or
`diverge` (worker 1's weights become NaN in the third epoch).
"""

import json
import os
import sys
from typing import Any

from utils.errors import UserError

LINE = "so long lives this, and this gives life to thee.\n"


def main(rank: int, ports: list[str], out: str, action: str) -> int:
    if len(ports) > 1:
        workers = [f"127.0.0.1:{port}" for port in ports]
        task = {"type": "worker", "index": rank}
        os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": task})
    import keras
    import numpy as np

    from models.checkpoint import Run
    from models.shakespeare.batches import StageSettings
    from models.shakespeare.training import train
    from models.shakespeare.weights import Architecture
    from models.workers import Workers
    from utils.vocabulary import Vocabulary

    team = Workers() if len(ports) > 1 else None
    vocabulary = Vocabulary.of(LINE)
    text = np.array(vocabulary.encode(LINE * 40), np.uint8)
    stage = StageSettings(
        epochs=10, steps_per_epoch=10, batch_size=8, length=16, context=3, dropout=0.0, warmup_steps=5
    )

    class Act(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if rank != 1 or batch != 4:
                return
            if (self.epoch, action) == (5, "stop"):
                assert team is not None
                team.stop.set()
            if (self.epoch, action) == (2, "diverge"):
                for variable in self.model.trainable_variables:
                    variable.assign(variable * np.nan)

    try:
        train(
            text,
            text[:500],
            vocabulary,
            Run(out, resume=action == "resume", every_seconds=0.0, callbacks=[Act()]),
            stages=[stage],
            sizes=Architecture(12),
            seed=1,
            workers=team,
        )
    except KeyboardInterrupt:
        return 130
    except UserError as error:
        print(error, flush=True)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3], sys.argv[4]))
