"""The table: mean and spread over the seeds, columns that line up, and what there is no figure for."""

import statistics

import pytest

from apps.compare import report as compare_table
from models.comparison.training import Epoch, Measure, Run


def made(kind: str, seed: int, held_out: float, speed: float | None = 1000.0) -> Run:
    epochs = [
        Epoch(0.5, Measure(2.0, 0.3), Measure(2.5, 0.2), Measure(9.0, 0.1)),
        Epoch(0.5, Measure(1.0, 0.6), Measure(1.5, 0.5), Measure(held_out, 0.4)),
    ]
    return Run(kind, seed, 50, 16977, epochs, speed)


RUNS = [made(kind, seed, 1.7 + 0.1 * seed) for seed in (0, 1, 2) for kind in ("rnn", "lstm")]


def test_mean_and_spread() -> None:
    assert compare_table.mean_and_spread([1.0, 2.0, 3.0]) == (2.0, 1.0)
    assert compare_table.mean_and_spread([4.0]) == (4.0, None)


def test_a_line_for_each_kind() -> None:
    heading, rnn, lstm, empty, *legend = compare_table.table(RUNS).splitlines()
    assert rnn.split("  ")[0] == "RNN"
    cells = [cell.strip() for cell in lstm.split("  ") if cell]
    spread = statistics.stdev([1.7, 1.8, 1.9])
    assert cells == [
        "LSTM", "50", "16977", "1.000 ± 0.000", f"1.800 ± {spread:.3f}", "40.0 ± 0.0", "2.0 ± 0.0",
        "0.50 ± 0.00", "1000 ± 0",
    ]  # fmt: skip
    assert len(heading) == len(rnn) == len(lstm)
    assert heading.endswith("characters/s")
    assert empty == ""
    assert legend[0].startswith("Mean ± standard deviation over 3 seeds.")


def test_one_seed_has_no_spread() -> None:
    text = compare_table.table(RUNS[:2])
    assert "±" not in text
    assert "One seed." in text


def test_a_comparison_that_was_stopped_says_of_how_many_seeds_it_is() -> None:
    assert "over 2 or 3 seeds" in compare_table.table(RUNS[:5])


@pytest.mark.parametrize("embedding", [0, 32])
def test_networks_that_write_nothing_have_no_writing_speed(embedding: int) -> None:
    text = compare_table.table([made("bilstm", 0, 0.5, None)], embedding)
    assert "characters/s" not in text
    assert "bidirectional LSTM" in text
    assert ("Not counted: the words' learnt vectors of 32 numbers" in text) is bool(embedding)
