"""What a bundle says of its training, checked before training goes on from it."""

from pathlib import Path
from typing import Any

from utils.bundle import Bundle
from utils.cli import LAST_SEED
from utils.errors import UserError

LARGEST = 1e15  # no loss and no time is larger; float() of a far larger whole number fails


def figure(bundle: Bundle, name: str, where: Path) -> float:
    """A figure of a bundle's training; 0 where there is none.

    Args:
        bundle: The bundle.
        name: The figure.
        where: The bundle's folder, for the message.

    Raises:
        UserError: It is no finite number of 0 or more.
    """
    return _number(bundle.training.get(name, 0.0), name, where)


def losses(bundle: Bundle, where: Path) -> list[float]:
    """The losses of a bundle's training.

    Raises:
        UserError: They are no list of finite numbers of 0 or more.
    """
    found = bundle.training.get("losses")
    if not isinstance(found, list):
        raise UserError(f"the bundle {where} does not say how it was trained; it cannot be resumed")
    return [_number(loss, "losses", where) for loss in found]


def seed(bundle: Bundle, where: Path, asked: int | None = None) -> int:
    """The seed of a bundle's training.

    Args:
        bundle: The bundle.
        where: The bundle's folder, for the message.
        asked: What --seed asks for, if it was given: training can only go on with the seed it was begun with.

    Raises:
        UserError: It is no whole number from 0 to 2**32 - 1, or not the one asked for.
    """
    found = bundle.training.get("seed")
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= LAST_SEED:
        raise UserError(
            f"the bundle {where} has the seed {found!r}; a whole number from 0 to {LAST_SEED} is wanted, "
            "and it cannot be resumed"
        )
    if asked not in (None, found):
        raise UserError(f"the bundle {where} was begun with seed {found}, not {asked}")
    return found


def is_figure(value: object) -> bool:
    """Whether a value is a finite number of 0 or more, as all figures of a training are."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LARGEST


def _number(value: Any, name: str, where: Path) -> float:
    if not is_figure(value):
        raise UserError(
            f"the bundle {where} has {value!r} under {name}; a number of 0 or more is wanted, and it "
            "cannot be resumed"
        )
    return float(value)
