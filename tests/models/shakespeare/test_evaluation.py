"""How well a network predicts: against sums done by hand."""

import math

import numpy as np
import pytest

from models.engine.engine import Engine
from models.shakespeare import evaluation
from tests.models.shakespeare.poems import network

TEXT = np.random.default_rng(1).integers(0, 38, 1700)


def test_a_network_that_knows_nothing_needs_the_logarithm_of_38() -> None:
    metrics = evaluation.evaluate(network(scale=0.0), TEXT)
    assert metrics["window_nats"] == metrics["carried_nats"] == round(math.log(38), 4)
    assert (metrics["characters"], metrics["windows"]) == (1700, 554)


def test_windows_are_read_from_zero_each() -> None:
    engine = Engine.from_bundle(network())
    nats, accuracy, windows = evaluation.by_windows(engine, TEXT, length=10, stride=3)
    starts = range(0, 1690, 3)
    p = [engine.run(TEXT[start : start + 10])[0] for start in starts]
    right = [row[TEXT[start + 10]] for row, start in zip(p, starts, strict=True)]
    assert windows == len(right) == 564
    assert nats == pytest.approx(-np.mean(np.log(right)), abs=1e-5)
    hits = [row.argmax() == TEXT[start + 10] for row, start in zip(p, starts, strict=True)]
    assert accuracy == pytest.approx(np.mean(hits))


def test_windows_are_as_long_as_the_network_wants_them() -> None:
    found = network()
    found.architecture["window"] = 60
    assert evaluation.evaluate(found, TEXT)["windows"] == len(range(0, 1700 - 60, 3))


def test_the_carried_state_reads_everything_before() -> None:
    engine = Engine.from_bundle(network())
    nats, accuracy = evaluation.carried(engine, TEXT[:30])
    p = [engine.run(TEXT[:place])[0] for place in range(1, 30)]
    right = [row[symbol] for row, symbol in zip(p, TEXT[1:30], strict=True)]
    assert nats == pytest.approx(-np.mean(np.log(right)), abs=1e-5)
    assert 0 <= accuracy <= 1


def test_too_short_a_text_has_no_figure() -> None:
    engine = Engine.from_bundle(network())
    assert math.isnan(evaluation.by_windows(engine, TEXT[:40])[0])
    assert math.isnan(evaluation.carried(engine, TEXT[:1])[0])


def test_words_are_counted_whole() -> None:
    text = "th' art, 'tis thy self-love's\nfair'st \u2018x"
    assert evaluation.words(text) == ["th", "art", "tis", "thy", "self", "love's", "fair'st", "x"]


def test_the_ends_of_a_poem_may_be_parts_of_words() -> None:
    known = {"so", "long", "lives", "this"}
    share, count = evaluation.known_words(["o so long lyves this an", "x y"], known)
    assert (share, count) == (3 / 4, 4)
    share, count = evaluation.known_words(["x y"], known)
    assert math.isnan(share) and count == 0


def test_words_of_any_script_and_pairs_where_there_are_no_spaces() -> None:
    assert evaluation.words("\u0416\u0434\u0451 row_2, o'er!") == ["\u0416\u0434\u0451", "row_2", "o'er"]
    known = set(evaluation.words("\u5c0f\u732b\u770b\u89c1\u4e66\u3002"))
    poem = "\u5c0f\u732b\u770b\u89c1\u4e66\uff0c\u4e66\u770b\u89c1\u5c0f\u732b"
    assert evaluation.known_words([poem], known) == (4 / 6, 6)  # two pairs are not there
