"""Runs a training command and does something to it after an epoch.

    python -m tests.training_driver APP ACTION EPOCH ARGUMENTS...

Every epoch is written; those of a new poem network have 20 batches. After epoch EPOCH the action is one of

    kill       SIGKILL
    interrupt  Ctrl-C
    terminate  SIGTERM
    diverge    the parameters become NaN
    fill       files can no longer grow, as on a full disk
    run        nothing
"""

import importlib
import os
import resource
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest import mock

import numpy as np

from models.checkpoint import Checkpoint
from utils import backend, cli


def train(app: str, action: str, epoch: int, arguments: Sequence[str]) -> int:
    """Runs the command in this process and returns its exit code."""
    keep = Checkpoint.keep

    def keep_and_act(checkpoint: Checkpoint, *given: Any) -> None:
        keep(checkpoint, *given)
        checkpoint.save()
        if checkpoint.result.epochs == epoch:
            if action == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            elif action == "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            elif action == "terminate":
                os.kill(os.getpid(), signal.SIGTERM)
            elif action == "fill":
                resource.setrlimit(resource.RLIMIT_FSIZE, (512, resource.RLIM_INFINITY))

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(sys, "argv", [f"apps.{app}", "train", *arguments]))
        patches.enter_context(mock.patch.object(Checkpoint, "keep", keep_and_act))
        if action == "diverge":
            patches.enter_context(_diverging(app, epoch))
        return cli.run(importlib.import_module(f"apps.{app}.__main__").main)


def _diverging(app: str, epoch: int) -> AbstractContextManager[Any]:
    """Makes the parameters NaN when `epoch` epochs are done."""
    if app == "dinos":
        from models.dinos.training import NameTrainer

        step = NameTrainer.step

        def spoilt_step(trainer: NameTrainer) -> Any:
            if trainer.iteration == 100 * epoch:
                trainer.parameters["Waa"] = np.full_like(trainer.parameters["Waa"], np.nan)
            return step(trainer)

        return mock.patch.object(NameTrainer, "step", spoilt_step)
    backend.keras()
    from models.training import BundleCheckpoint

    on_epoch_end = BundleCheckpoint.on_epoch_end

    def spoiling(callback: BundleCheckpoint, number: int, logs: Any = None) -> None:
        on_epoch_end(callback, number, logs)
        if callback.checkpoint.result.epochs == epoch:
            for variable in callback.model.trainable_variables:
                variable.assign(variable * float("nan"))

    return mock.patch.object(BundleCheckpoint, "on_epoch_end", spoiling)


if __name__ == "__main__":
    sys.exit(train(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
