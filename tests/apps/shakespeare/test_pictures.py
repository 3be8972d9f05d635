"""The strip of probabilities."""

from pathlib import Path

import numpy as np
import pytest

from apps.shakespeare import pictures
from apps.shakespeare.pictures import Candidates
from utils import plots

FIVE = (("a", 0.7), (" ", 0.1), ("\n", 0.05), ("$", 0.02), ("e", 0.0))


def drawn(path: Path, shown: list[Candidates]) -> np.ndarray:
    from matplotlib.image import imread

    pictures.strip(path, shown)
    return imread(path)


def test_the_strip_has_a_row_for_sixty_characters(tmp_path: Path) -> None:
    row = [Candidates("a", FIVE)] * 60
    one, three = drawn(tmp_path / "one.png", row), drawn(tmp_path / "three.png", row * 3)
    assert one.shape[1] == three.shape[1] == 11 * 120
    assert three.shape[0] > one.shape[0] + 200


def test_likelier_is_darker(tmp_path: Path) -> None:
    pale = drawn(tmp_path / "pale.png", [Candidates("b", (("a", 0.05),) * 5)] * 60)
    dark = drawn(tmp_path / "dark.png", [Candidates("b", (("a", 0.95),) * 5)] * 60)
    assert dark[..., :3].mean() < pale[..., :3].mean() - 0.1


def test_the_chosen_one_is_outlined(tmp_path: Path) -> None:
    from matplotlib.colors import to_rgb

    orange = np.array(to_rgb(plots.COLOURS[1]))
    counts = []
    for symbol in ("a", "b"):
        image = drawn(tmp_path / f"{symbol}.png", [Candidates(symbol, FIVE)] * 60)[..., :3]
        counts.append(int((np.abs(image - orange).max(axis=2) < 0.02).sum()))
    assert counts[0] > 500 and counts[1] == 0


def test_the_same_poem_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        pictures.strip(tmp_path / name, [Candidates("a", FIVE)] * 70)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_rows_of_a_script_from_right_to_left_run_that_way(tmp_path: Path) -> None:
    def ink(name: str, text: str) -> np.ndarray:
        image = drawn(tmp_path / name, [Candidates(symbol, ((symbol, 0.5),)) for symbol in text])
        (columns,) = np.nonzero((image[50:, :, :3] < 0.9).any(axis=(0, 2)))
        return columns / image.shape[1]

    assert ink("latin.png", "abcd").max() < 0.1
    assert ink("arabic.png", "\u0627\u0644\u0642\u0637").min() > 0.9


def test_a_character_that_no_font_has_is_shown_by_its_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "cadenza")
    private = "\U000f1234"  # no font has it by agreement
    drawn(tmp_path / "private.png", [Candidates(private, ((private, 0.5), ("\t", 0.2)))])
    assert "no font on this machine has 1 of the characters: the picture has their numbers" in caplog.text
    drawn(tmp_path / "plain.png", [Candidates("\u0416", ((" ", 0.5),))])
    assert caplog.text.count("no font") == 1
