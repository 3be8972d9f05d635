"""Which network and which training a text gets, by its size: the table, and what overrules it."""

from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

from models.shakespeare.batches import StageSettings
from models.shakespeare.options import TrainOptions
from models.shakespeare.weights import Architecture
from utils.errors import UserError

EMBEDDED = 300  # symbols from which the first layer reads vectors in place of one-hot vectors
EMBEDDING = 64
MOST_WEIGHTS = 6_000_000  # a checkpoint has them five times


class Size(NamedTuple):
    """What texts of a size get.

    Args:
        characters: The text has fewer than these.
        units: Units of each of two layers.
        stage: How they are trained.
    """

    characters: float
    units: int
    stage: StageSettings


SIZES = (
    Size(
        60_000,
        128,
        StageSettings(
            epochs=40, steps_per_epoch=20, batch_size=32, dropout=0.2, warmup_steps=40, ema_momentum=0.98
        ),
    ),
    Size(600_000, 128, StageSettings(epochs=40, batch_size=32, dropout=0.2, ema_momentum=0.995)),
    Size(6_000_000, 128, StageSettings(epochs=50, dropout=0.0, ema_momentum=0.998)),
    Size(float("inf"), 256, StageSettings(epochs=80, dropout=0.0, ema_momentum=0.998)),
)


def size_of(characters: int) -> Size:
    """The row of the table for a text."""
    return next(size for size in SIZES if characters < size.characters)


def architecture(options: TrainOptions, units: int, symbols: int) -> Architecture:
    """The network that is trained from nothing.

    Args:
        options: What overrules the table.
        units: The table's.
        symbols: Those of the text.

    Raises:
        UserError: It has more weights than a checkpoint can hold.
    """
    embedding = EMBEDDING if symbols >= EMBEDDED else None
    sizes = Architecture(options.units or units, options.layers, options.cell, embedding)
    weights = sum(prod(shape) for shape in sizes.shapes(symbols).values())
    if weights > MOST_WEIGHTS:
        raise UserError(
            f"the network would have {weights} weights, expected at most {MOST_WEIGHTS}; "
            "give --units or --layers fewer"
        )
    return sizes


def staged(options: TrainOptions, stage: StageSettings) -> StageSettings:
    """A stage's settings, with those of the options in place of the table's."""
    given: dict[str, Any] = {
        "batch_size": options.batch_size,
        "length": options.length,
        "dropout": options.dropout,
        "learning_rate": options.rate,
    }
    stage = replace(stage, **{name: value for name, value in given.items() if value is not None})
    stage = replace(stage, context=min(stage.context, stage.length // 4))
    return stage if options.steps is None else stage.with_steps(options.steps)
