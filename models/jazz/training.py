"""Training the jazz networks: as one sequence, an epoch at a call, able to go on where it stopped."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.epochs import train_epoch
from models.jazz.networks import SharedLayers, sequence_model
from utils.backend import keras
from utils.bundle import Arrays
from utils.errors import UserError


def summed_crossentropy(y_true: Any, y_pred: Any) -> Any:
    """Categorical cross-entropy summed over the time steps, shape (m,): the sum of djmodel's losses."""
    losses = keras().losses.categorical_crossentropy(y_true, y_pred)
    return keras().ops.sum(losses, axis=-1)


def adam(decay: float = 0.01) -> Any:
    """The course's optimizer: Adam at 0.01 / (1 + decay * steps done).

    Args:
        decay: The course has 0.01. On its solo that ends 100 epochs at a loss of 7.5 to 8.1, whether
            `djmodel` or the sequence is trained; without decay they end at 6.3 to 6.8.
    """
    schedule = keras().optimizers.schedules.InverseTimeDecay(0.01, 1, decay)
    return keras().optimizers.Adam(schedule, beta_1=0.9, beta_2=0.999)


class Trainer:
    """Trains the shared layers as one sequence, an epoch at a call, and can go on where it stopped.

    Args:
        shared: The layers; their weights change.
        X: One-hot inputs, shape (m, T_x, n_values).
        Y: One-hot targets, shape (T_x, m, n_values).
        seed: For the order of the examples. The order of an epoch depends on the seed and the epoch's
            number alone, so that training which goes on is training that was never stopped.
        batch_size: Examples a step.
        decay: See `adam`.
    """

    def __init__(
        self,
        shared: SharedLayers,
        X: NDArray[np.float32],
        Y: NDArray[np.float32],
        seed: int = 0,
        batch_size: int = 32,
        decay: float = 0.01,
    ) -> None:
        self.shared, self.seed, self.batch_size = shared, seed, batch_size
        self.X, self.Y = X, np.ascontiguousarray(Y.swapaxes(0, 1))
        self.model = sequence_model(X.shape[1], shared)
        self.model.compile(optimizer=adam(decay), loss=summed_crossentropy)
        self.model.optimizer.build(self.model.trainable_variables)

    def epoch(self, number: int) -> float:
        """Runs epoch `number`, the first being 0, and returns its mean loss an example, in nats."""
        generator = np.random.default_rng((self.seed, number))
        *_, loss = train_epoch(self.model, self.X, self.Y, self.batch_size, generator)
        return loss

    def optimizer_arrays(self) -> Arrays:
        """The optimizer's variables by their place."""
        return {
            f"{place:02d}": np.asarray(variable.numpy())
            for place, variable in enumerate(self.model.optimizer.variables)
        }

    def restore_optimizer(self, arrays: Arrays, where: Path) -> None:
        """Gives the optimizer the variables that `optimizer_arrays` returned.

        Raises:
            UserError: A variable is missing or has another shape.
        """
        for place, variable in enumerate(self.model.optimizer.variables):
            array = arrays.get(f"{place:02d}")
            if array is None or array.shape != tuple(variable.shape):
                raise UserError(f"the bundle {where} lacks the optimizer's state; it cannot be resumed")
            variable.assign(array)
