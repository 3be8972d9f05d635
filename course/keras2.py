"""Keras 2's names as the cells of 2018 and 2021 call them: `from course.keras2 import Adam, Model`.

Keras 3 has another `Adam`, without `lr` and `decay`, and its `Model.compile` refuses one list of metrics for
several outputs. Everything else of the cells is in `keras` under its old name.
"""

from typing import Any

import keras

from models.jazz.training import masked_crossentropy

__all__ = ["Adam", "Model"]


def Adam(
    lr: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
    decay: float = 0.0,
    learning_rate: float | None = None,
) -> keras.optimizers.Adam:
    """Makes Keras 2's Adam: in every step the learning rate is lr / (1 + decay * steps done).

    Args:
        lr: The learning rate, as 2018's cells call it.
        beta_1: How much of the gradients' average is kept.
        beta_2: How much of their squares' average is kept.
        epsilon: Keeps the divisor from 0.
        decay: The learning rate's.
        learning_rate: The same as lr.

    Example:
        >>> Adam(lr=0.01, decay=0.01).beta_1
        0.9
    """
    rate: Any = lr if learning_rate is None else learning_rate
    if decay:
        rate = keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay)
    return keras.optimizers.Adam(rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)


class Model(keras.Model):
    """A functional model whose `compile` takes one list of metrics for all outputs, as Keras 2's does."""

    def compile(
        self, optimizer: Any = "rmsprop", loss: Any = None, metrics: Any = None, **options: Any
    ) -> None:
        """Compiles the model.

        Args:
            optimizer: An optimizer of Keras, or its name.
            loss: Of several outputs "categorical_crossentropy" is `models.jazz.masked_crossentropy`: that of
                Keras 3 has a wrong gradient for targets that are all zero, as those of the jazz network's
                last output are.
            metrics: A list of names is every output's.
            **options: The other options.
        """
        outputs = len(self.outputs)
        if outputs > 1:
            loss = masked_crossentropy if loss == "categorical_crossentropy" else loss
            if isinstance(metrics, list) and all(isinstance(name, str) for name in metrics):
                metrics = [list(metrics) for _ in range(outputs)]
        super().compile(optimizer=optimizer, loss=loss, metrics=metrics, **options)
