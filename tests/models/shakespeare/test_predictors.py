"""Writing: both readers against the plain way of reading, the choices, and the count of lines."""

import numpy as np
import pytest

from models.engine.engine import Engine
from models.shakespeare import predictors as shakespeare_writing
from models.shakespeare.predictors import (
    CarriedReader,
    Choice,
    LineCounter,
    WindowReader,
    uniforms,
    write,
)
from tests.models.shakespeare.poems import network

ENGINE = Engine.from_bundle(network())
TEXT = np.random.default_rng(1).integers(0, 38, 200)


def test_a_window_is_what_running_it_from_zero_gives() -> None:
    reader = WindowReader(ENGINE, 40)
    assert np.allclose(reader.begin(TEXT[:60].tolist(), 1), ENGINE.run(TEXT[20:60]), atol=1e-6)
    for place in range(60, 150):
        p = reader.read(TEXT[place : place + 1])
        assert np.allclose(p, ENGINE.run(TEXT[place - 39 : place + 1]), atol=1e-6), place


def test_windows_of_several_poems_are_kept_apart() -> None:
    reader = WindowReader(ENGINE, 7)
    p = reader.begin(TEXT[:10].tolist(), 3)
    np.testing.assert_allclose(p[0], p[2], atol=1e-6)  # BLAS may round the rows of a product differently
    texts = TEXT[10:100].reshape(30, 3)
    for chosen in texts:
        p = reader.read(chosen)
    assert np.allclose(p, ENGINE.run(texts[-7:].T), atol=1e-6)


def test_a_short_beginning_is_padded_with_zero_vectors() -> None:
    window = [-1] * 37 + [5, 6, 7]
    assert np.allclose(WindowReader(ENGINE).begin([5, 6, 7], 1), ENGINE.run(np.array(window)), atol=1e-6)


def test_the_reader_uses_the_state_as_asked_and_the_networks_window() -> None:
    found = network()
    found.architecture["window"] = 5
    carried, window = (
        shakespeare_writing.reader(found, state).begin(TEXT[:30].tolist(), 1)
        for state in ("carried", "window")
    )
    assert np.allclose(carried, ENGINE.run(TEXT[:30]), atol=1e-6)
    assert np.allclose(window, ENGINE.run(TEXT[25:30]), atol=1e-6)


def test_a_carried_state_is_what_the_whole_text_gives() -> None:
    reader = CarriedReader(ENGINE)
    p = reader.begin(TEXT[:20].tolist(), 2)
    assert np.allclose(p, ENGINE.run(np.stack([TEXT[:20]] * 2)), atol=1e-6)
    for place in range(20, 60):
        p = reader.read(np.array([TEXT[place], TEXT[place + 100]]))
    two = np.stack([TEXT[:60], np.concatenate((TEXT[:20], TEXT[120:160]))])
    assert np.allclose(p, ENGINE.run(two), atol=1e-5)


def test_a_reader_begins_anew() -> None:
    for reader in (CarriedReader(ENGINE), WindowReader(ENGINE)):
        first = reader.begin([1, 2, 3], 1)
        reader.read(np.array([4]))
        assert np.array_equal(reader.begin([1, 2, 3], 1), first)


def test_a_poem_does_not_depend_on_how_many_are_written() -> None:
    assert np.array_equal(uniforms(7, 1, 30)[0], uniforms(7, 4, 30)[0])
    assert not np.array_equal(uniforms(7, 2, 30)[0], uniforms(7, 2, 30)[1])
    assert not np.array_equal(uniforms(7, 1, 30), uniforms(8, 1, 30))


def test_writing_reads_what_it_chose() -> None:
    numbers = uniforms(3, 1, 25)
    written = list(write(CarriedReader(ENGINE), [1, 2], numbers, Choice()))
    text = [1, 2]
    for chosen, p in written:
        assert np.allclose(p, ENGINE.run(np.array(text)), atol=1e-5)
        text.append(int(chosen[0]))
    assert len(text) == 27


def test_writing_needs_a_beginning() -> None:
    with pytest.raises(ValueError, match="prompt must hold one index or more, got none"):
        next(write(CarriedReader(ENGINE), [], uniforms(1, 1, 1), Choice()))


def test_choices_keep_to_the_likeliest() -> None:
    p = np.array([[0.5, 0.3, 0.15, 0.05]] * 1000)
    uniform = np.random.default_rng(5).random(1000)
    for choice, kept in (
        (Choice(), 4),
        (Choice(top_k=2), 2),
        (Choice(top_p=0.7), 2),
        (Choice(top_p=0.81), 3),
        (Choice(temperature=0.01), 1),
    ):
        assert len(set(choice.choose(p, uniform).tolist())) == kept, choice
    shares = np.bincount(Choice(temperature=0.5).choose(p, uniform), minlength=4) / 1000
    assert np.allclose(shares, p[0] ** 2 / (p[0] ** 2).sum(), atol=0.04)


def test_a_line_counts_when_it_ends_and_has_a_letter() -> None:
    counter = LineCounter("shall i\ncompare ")
    assert [counter.add(symbol) for symbol in "a\n\n \nb\n"] == [0, 1, 1, 1, 1, 1, 2]
    assert LineCounter("").add("\n") == 0
    assert LineCounter("o ").add("\n") == 1
