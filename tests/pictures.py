"""What the tests of pictures share."""

from pathlib import Path

from matplotlib.image import imread


def count_pixels(path: Path, colour: str) -> int:
    """Counts the pixels of a picture that have a colour, such as #1f5fa8."""
    expected = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int(((imread(path)[..., :3] * 255).round() == expected).all(axis=-1).sum())
