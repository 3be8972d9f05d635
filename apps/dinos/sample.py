"""Prints names of a trained network."""

from itertools import islice
from pathlib import Path

from models import dinos


def sample(bundle: Path | None, *, count: int, start: str, temperature: float, seed: int) -> None:
    """Prints names, each with whether the network was trained on it; see `models.dinos.NameGenerator`."""
    network = dinos.load(bundle)
    for name in islice(network.stream(start=start, temperature=temperature, seed=seed), count):
        print(f"{name:<24} {'known' if network.is_known(name) else 'new'}")
