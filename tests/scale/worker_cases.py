"""Trains a small poem network as one of several workers, or alone, and prints the losses of every case.

    python -m tests.scale.worker_cases RANK PORT,PORT... UNITS ROWS LENGTH

Each case is 100 steps in ten epochs without dropout. Those whose name has a colon make a mistake that was
made before, which the comparison must show.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

LETTERS = "so long lives this, and this gives life to thee.\n"


def main(rank: int, ports: list[str], units: int, rows: int, length: int) -> None:
    workers = [f"127.0.0.1:{port}" for port in ports]
    task = {"type": "worker", "index": rank}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": task})
    import keras
    import numpy as np

    from models.shakespeare.batches import SequenceBatches, StageSettings
    from models.shakespeare.networks import SequenceModel
    from models.shakespeare.weights import Architecture
    from models.workers import Workers, WorkersCallback

    team = Workers()
    settings = StageSettings(epochs=10, steps_per_epoch=10, batch_size=rows, length=length, context=3)
    symbols = sorted(set(LETTERS))
    random = np.random.default_rng(1)
    lines = "".join("".join(random.permutation(LETTERS.split(" "))) for _ in range(200))
    text = np.array([symbols.index(symbol) for symbol in lines if symbol in symbols], np.uint8)

    def losses(optimizer: Any, average: Callable[[Any], None], dropout: float = 0.0) -> list[float]:
        keras.utils.set_random_seed(1)
        own = team.rows(rows)
        model = SequenceModel(len(symbols), rows, Architecture(units), rows=own, dropout=dropout)
        loss = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        )
        model.compile(optimizer=optimizer, loss=loss)
        average(model.optimizer)
        batches = SequenceBatches(text, text[:0], replace(settings, dropout=dropout), seed=1, rows=own)
        history = model.fit(
            batches, epochs=10, shuffle=False, verbose=0, callbacks=[WorkersCallback(team)]
        ).history
        return [float(value) for value in history["loss"]]

    def doubled(optimizer: Any) -> None:
        """The sum where the mean belongs."""
        team.average_gradients(optimizer)
        averaged = optimizer.apply
        optimizer.apply = lambda gradients, variables=None: averaged(
            [team.count * gradient for gradient in gradients], variables
        )

    def clipped_before(optimizer: Any) -> None:
        """Every worker clips its own gradients."""
        clip, optimizer._clip_gradients = optimizer._clip_gradients, lambda gradients: gradients
        team.average_gradients(optimizer)
        averaged = optimizer.apply
        optimizer.apply = lambda gradients, variables=None: averaged(clip(list(gradients)), variables)

    def adam(**options: Any) -> Any:
        return keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.9, **options)

    def sgd(**options: Any) -> Any:
        return keras.optimizers.SGD(0.5, **options)

    cases = {
        "Adam": (adam(), team.average_gradients),
        "SGD": (sgd(), team.average_gradients),
        "clipping": (sgd(global_clipnorm=0.1), team.average_gradients),
        "Adam: doubled": (adam(), doubled),
        "SGD: doubled": (sgd(), doubled),
        "clipping: doubled": (sgd(global_clipnorm=0.1), doubled),
        "clipping: by each worker": (sgd(global_clipnorm=0.1), clipped_before),
    }
    if team.count == 1:  # alone it makes no mistake
        cases = {name: case for name, case in cases.items() if ":" not in name}
    found = {name: losses(*case) for name, case in cases.items()}
    if rank == 0:
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2].split(","), *map(int, sys.argv[3:]))
