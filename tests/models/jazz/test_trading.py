"""Trading with a person: turns, what the network reads, and what it answers."""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from data import solos
from models import jazz
from models.jazz.options import ImproviseOptions, TradeOptions
from models.jazz.trading import HELD, YOU, Trade
from music.lines import read_line
from music.score import Note
from utils.errors import UserError

FORM = "tempo: 160\n" + "Dm7 | G7 | Cmaj7 | A7 |\n" * 4


@cache
def pretrained() -> jazz.Improviser:
    return jazz.load()


def trade(
    chart: str = FORM, *, measures: int = 4, begins: Any = "you", seed: int = 1, **options: Any
) -> Trade:
    turns = TradeOptions(measures=measures, begins=begins)
    return Trade(pretrained(), solos.read_chart(chart), ImproviseOptions(**options), turns=turns, seed=seed)


def run(first: float, last: float, pitch: int, step: float, velocity: int = 84) -> list[Note]:
    """A line up and down within a fourth."""
    onsets = np.arange(first, last, step).tolist()
    return [
        Note(onset, 0.9 * step, pitch + (0, 2, 4, 5, 4, 2)[number % 6], velocity)
        for number, onset in enumerate(onsets)
    ]


@pytest.mark.parametrize(
    ("measures", "begins", "expected"),
    [
        (4, "you", [(0, 4, True), (4, 8, False), (8, 12, True), (12, 17, False)]),  # with the last tonic
        (8, "network", [(0, 8, False), (8, 17, True)]),
        (2, "you", [(2 * n, 2 * n + 2 + (n == 7), n % 2 == 0) for n in range(8)]),
        (64, "you", [(0, 17, True)]),
    ],
)
def test_turns(measures: int, begins: str, expected: list[tuple[int, int, bool]]) -> None:
    assert [tuple(turn) for turn in trade(measures=measures, begins=begins).turns] == expected


def test_turns_begin_with_the_form() -> None:
    found = trade("meter: 3/4\npickup: 1/4\nG7 |\nC | F | G7 | C", measures=2)
    assert [turn.first for turn in found.turns] == [1, 3]
    assert [turn.first for turn in trade(measures=8, intro=4).turns] == [4, 12]


def test_the_network_reads_what_was_played() -> None:
    """The tokens are those that training would read in the written line."""
    played = [Note(0.02, 0.4, 62), Note(0.6, 0.3, 65), Note(1.03, 0.9, 69), Note(6.0, 3.0, 61)]
    over = trade()
    found = over.answer(1, played)
    written = [Note(0.0, 0.5, 62), Note(0.5, 0.5, 65), Note(1.0, 1.0, 69), Note(6.0, 3.0, 61)]
    assert over.written(played)[1] == written
    expected = read_line(written, "CCCA", [4.0 * n for n in range(17)], end=16.0)
    assert [(step.place, step.token.duration) for step in found.heard] == [
        (step.place, step.token.duration) for step in expected
    ]
    kinds = [step.token.kind for step in found.heard if step.token.kind != "R"]
    assert kinds == ["C", "C", "C", "A"]  # over Dm7, and C sharp over G7
    moves = [step.token.move for step in found.heard if step.token.kind != "R"]
    assert moves == [None, 3, 4, -8]


def answers(call: list[Note], **options: Any) -> list[list[Note]]:
    return [trade(seed=seed, **options).answer(1, call).notes for seed in range(8)]


def test_an_answer_lies_where_it_was_called_from() -> None:
    low, high = (answers(run(0, 15, pitch, 0.5)) for pitch in (55, 77))
    means = [np.mean([note.pitch for notes in found for note in notes]) for found in (low, high)]
    assert means[1] - means[0] > 8


def test_an_answer_is_as_busy_as_the_call() -> None:
    sparse, busy = (answers(run(0, 15, 66, step)) for step in (1.5, 0.25))
    assert np.mean([len(notes) for notes in busy]) > 2.5 * np.mean([len(notes) for notes in sparse])


def test_an_answer_is_as_loud_as_the_call() -> None:
    soft, loud = (answers(run(0, 15, 66, 0.5, velocity)) for velocity in (40, 120))
    means = [np.mean([note.velocity for notes in found for note in notes]) for found in (soft, loud)]
    assert means[1] - means[0] > 12


def test_an_answer_takes_up_the_motif() -> None:
    """Its first phrase goes the way of the call's first, in its rhythm."""
    call = [Note(0.67, 0.3, 62), Note(1, 0.5, 65), Note(1.67, 0.3, 69), Note(2, 0.9, 67)]
    alike = []
    for seed in range(16):
        first = trade(seed=seed).answer(1, call).notes[:4]
        rhythm = [after.onset - before.onset for before, after in pairwise(first)]
        contour = [np.sign(after.pitch - before.pitch) for before, after in pairwise(first)]
        alike.append(rhythm == [0.5, 0.5, 0.5] and contour == [1, 1, -1])
    assert np.mean(alike) > 0.6


@pytest.mark.parametrize(
    "played",
    [
        [],
        [Note(15.0, 9.0, 60)],  # held over the bar line
        [Note(0, 0.1, 0), Note(1, 0.1, 127)],
        [Note(place / 9, 0.05, 60 + place % 3) for place in range(140)],  # faster than anything learnt
        [Note(0, 16, 60 + n) for n in range(30)],  # a forearm
    ],
)
@pytest.mark.parametrize(
    "chart",
    [
        FORM,
        "meter: 3/4\n" + "C | F |\n" * 8,
        "meter: 5/4\n" + "Cm7 | F7 |\n" * 8,
        "N.C. | C | N.C. | F | N.C. | G7 | N.C. | C",
    ],
)
def test_anything_is_answered_within_its_turn(chart: str, played: list[Note]) -> None:
    over = trade(chart, measures=2)
    found = over.answer(1, played)
    begin, end = over.opening().starts[2], over.opening().starts[4]
    assert found.notes and all(begin <= note.onset and note.end <= end + 1e-6 for note in found.notes)
    assert found.notes[-1].duration <= HELD
    assert all(before.end <= after.onset + 1e-6 for before, after in pairwise(found.notes))


def test_an_answer_is_the_same_for_the_same_notes_and_seed() -> None:
    call = run(0, 8, 64, 0.5)
    assert trade().answer(1, call) == trade().answer(1, call)
    assert trade().answer(1, call).notes != trade().answer(1, call[:-1] + run(8, 12, 70, 0.5)).notes
    first = trade().answer(1, call)
    assert trade().answer(3, call, first.notes).notes != trade().answer(3, call).notes


def test_the_network_may_begin() -> None:
    found = trade(begins="network").answer(0, [])
    assert found.notes and found.heard == []


def test_a_pickup_belongs_to_the_turn_that_it_leads_to() -> None:
    over = trade(measures=2)
    first = over.answer(1, [])
    read = over.answer(3, [Note(15.5, 0.4, 62), Note(16.0, 1.0, 64)], first.notes).heard
    assert [step.token.kind for step in read if step.token.kind != "R"] == ["S", "S"]


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_turn_of_the_person_has_no_answer(number: int) -> None:
    with pytest.raises(ValueError, match="turn: expected one of the network's"):
        trade().answer(number, [])


def test_a_chart_of_silence_is_one_line() -> None:
    with pytest.raises(UserError, match=r"chord"):
        trade("N.C. | N.C.")
    with pytest.raises(UserError, match="answer: expected none"):
        trade(answer=4)


def test_the_take_has_what_was_played_and_what_is_written() -> None:
    over = trade()
    played = [Note(0.07, 0.4, 62), Note(0.6, 0.3, 65), Note(1.0, 1.0, 69)]
    answered = over.answer(1, played).notes
    take = over.improvisation(played, answered, 8)
    assert len(take.changes.measures) == len(take.melody) == 8
    assert [part.name for part in take.score.parts] == ["Solo", YOU, "Piano", "Bass", "Drums"]
    solo, yours = take.score.parts[:2]
    assert solo.notes == tuple(answered)
    assert [note.onset for note in yours.notes] == [0.0, 0.5, 1.0]
    performed = take.perform()
    assert [note.onset for note in performed.parts[1].notes] == [0.07, 0.6, 1.0]
    counted = take.perform(count_in=True).parts[1].notes
    assert [note.onset for note in counted] == pytest.approx([4.07, 4.6, 5.0])
    assert max(note.end for part in take.score.parts for note in part.notes) <= 32.0
    assert take.describe().startswith("8 measures, ")


def test_a_trade_without_a_note_is_no_take() -> None:
    with pytest.raises(UserError, match="play something first"):
        trade().improvisation([], [])
