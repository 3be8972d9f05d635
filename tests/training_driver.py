"""Runs a training command and does something to it after an epoch.

    python -m tests.training_driver APP ACTION EPOCH ARGUMENTS...

Every epoch is written. After epoch EPOCH the action is `kill` (SIGKILL), `interrupt` (Ctrl-C), `diverge` (the
parameters become NaN), `fill` (files can no longer grow: a full disk) or `run` (nothing).
"""

import importlib
import os
import resource
import signal
import sys
from typing import Any

import numpy as np

from models.checkpoint import Checkpoint
from utils import backend, cli


def main() -> int:
    app, action, epoch, *arguments = sys.argv[1:]
    keep = Checkpoint.keep

    def keep_and_act(checkpoint: Checkpoint, *given: Any) -> None:
        keep(checkpoint, *given)
        checkpoint.save()
        if checkpoint.result.epochs == int(epoch):
            if action == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            elif action == "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            elif action == "fill":
                resource.setrlimit(resource.RLIMIT_FSIZE, (512, resource.RLIM_INFINITY))

    Checkpoint.keep = keep_and_act  # type: ignore[method-assign]
    if action == "diverge":
        _diverge(app, int(epoch))
    sys.argv = [f"apps.{app}", "train", *arguments]
    return cli.run(importlib.import_module(f"apps.{app}.__main__").main)


def _diverge(app: str, epoch: int) -> None:
    """Makes the parameters NaN when `epoch` epochs are done."""
    if app == "dinos":
        from models.dinos.training import NameTrainer

        step = NameTrainer.step

        def spoilt_step(trainer: NameTrainer) -> Any:
            if trainer.iteration == 100 * epoch:
                trainer.parameters["Waa"] = np.full_like(trainer.parameters["Waa"], np.nan)
            return step(trainer)

        NameTrainer.step = spoilt_step  # type: ignore[method-assign]
        return
    backend.keras()
    from models.training import BundleCheckpoint

    on_epoch_end = BundleCheckpoint.on_epoch_end

    def spoiling(callback: BundleCheckpoint, number: int, logs: Any = None) -> None:
        on_epoch_end(callback, number, logs)
        if callback.epoch == epoch:
            for variable in callback.model.trainable_variables:
                variable.assign(variable * float("nan"))

    BundleCheckpoint.on_epoch_end = spoiling  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main())
