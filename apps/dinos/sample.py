"""Prints names of a trained network."""

from itertools import islice
from pathlib import Path

from models import dinos
from models.dinos.options import NameOptions, NamesOptions


def sample(options: NamesOptions, *, bundle: Path | None, seed: int) -> None:
    """Prints names, each with whether the network was trained on it.

    Args:
        options: How many names, and how each is made.
        bundle: The network's folder; None: the pretrained one.
        seed: Of the names.

    Raises:
        UserError: The network cannot be read, or it cannot begin a name so.
    """
    network = dinos.load(bundle)
    for name in islice(network.stream(options.part(NameOptions), seed=seed), options.count):
        print(f"{name:<24} {'known' if network.is_known(name) else 'new'}")
