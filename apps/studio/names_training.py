"""Trains a network of names for the studio, in NumPy; see `apps.studio.training` for what needs Keras."""

import threading
from collections.abc import Mapping
from pathlib import Path

from apps.studio import materials
from apps.studio.runs import Emit, Plan
from models.checkpoint import Run
from models.dinos.course import LEARNING_RATE, Parameters
from models.dinos.network import NameGenerator
from models.dinos.training import EPOCH
from models.dinos.training import train as train_network

SAMPLES = 10  # over the whole training


def train(plan: Plan, folder: Path, *, emit: Emit, stop: threading.Event, resume: bool = False) -> None:
    """Trains on names and writes the bundle; see `apps.studio.training.train`.

    The loss is in nats a character, and a sample follows every tenth of the training.
    """
    names = materials.read_names(plan.material)
    every = max(1, plan.epochs // SAMPLES)

    def on_epoch_end(epoch: int, metrics: Mapping[str, float], parameters: Parameters) -> None:
        emit({"event": "epoch", "epoch": epoch + 1, "loss": round(metrics["nats_per_symbol"], 4)})
        if (epoch + 1) % every == 0:
            network = NameGenerator(parameters, names.vocabulary)
            emit({"event": "sample", "epoch": epoch + 1, "lines": network.names(5, seed=1)})

    train_network(
        names.names,
        names.vocabulary,
        Run(folder, resume=resume, stop=stop),
        iterations=EPOCH * plan.epochs,
        learning_rate=plan.learning_rate or LEARNING_RATE,
        seed=plan.seed,
        on_epoch_end=on_epoch_end,
    )
