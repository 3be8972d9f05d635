"""Improvising: measures that are filled and stay inside, choices that repeat with the seed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.jazz import improviser
from models.jazz.improviser import ChordSet
from utils.music.harmony import Chord
from utils.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    ["A,0.333,<m2,P-4>", "C,0.250", "C,0.500,<P4,m-2>", "S,0.667,<d1,P-5>", "X,0.250,<m3,m-3>"]
)
C_THEN_F: list[Chord] = [Chord(0.0, (48, 52, 55, 59)), Chord(2.5, (53, 57, 60, 64))]
FOUR: list[ChordSet] = [(4.0, C_THEN_F), (4.0, C_THEN_F[:1]), (3.0, C_THEN_F), (4.0, C_THEN_F)]


class Dice:
    """An engine that answers with the distribution it is given, and remembers what it was fed."""

    def __init__(self, probabilities: list[float]) -> None:
        self.probabilities = np.array([probabilities], np.float32)
        self.fed: list[int] = []

    def zero_state(self, batch: int = 1) -> Any:
        return 0

    def step(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        self.fed.append(int(inputs[0]))
        assert state == len(self.fed) - 1, "the state must go on from measure to measure"
        return self.probabilities, state + 1


EVEN = [0.2] * 5


def play(seed: int = 1, chord_sets: list[ChordSet] = FOUR, **options: Any) -> improviser.Improvisation:
    return improviser.improvise(Dice(EVEN), VOCABULARY, chord_sets, np.random.default_rng(seed), **options)


@given(seed=st.integers(0, 500))
def test_every_measure_starts_on_time_and_ends_within_itself(seed: int) -> None:
    solo = play(seed)
    assert solo.starts == [0.0, 4.0, 8.0, 11.0, 15.0]
    for start, end, notes in zip(solo.starts, solo.starts[1:], solo.melody, strict=False):
        assert notes[0].onset == start
        assert all(note.duration > 0 for note in notes)
        assert max(note.end for note in notes) <= end + 1e-9
        onsets = [note.onset for note in notes]
        assert onsets == sorted(set(onsets))
        assert all((note.onset - start) * 4 % 1 == 0 for note in notes)


def test_the_solo_begins_from_nothing_and_each_token_is_fed_back() -> None:
    engine = Dice([0, 1, 0, 0, 0])
    improviser.improvise(engine, VOCABULARY, FOUR[:1], np.random.default_rng(0))
    assert engine.fed == [-1] + [1] * 14  # a quarter of a quarter each, after the first chord tone


def test_the_same_seed_plays_the_same_and_another_another() -> None:
    assert play(3).score == play(3).score
    assert play(3).score != play(4).score


def test_measures_over_the_same_chords_differ() -> None:
    solo = play(2, [(4.0, C_THEN_F)] * 8)
    shapes = {
        tuple((note.onset - start, note.pitch) for note in notes)
        for start, notes in zip(solo.starts, solo.melody, strict=False)
    }
    assert len(shapes) == 8


def test_greedy_takes_the_likeliest_token() -> None:
    engine = Dice([0.1, 0.2, 0.4, 0.2, 0.1])
    improviser.improvise(engine, VOCABULARY, FOUR[:1], np.random.default_rng(0), greedy=True)
    assert set(engine.fed[1:]) == {2}


def test_approach_and_other_tones_become_chord_tones() -> None:
    solo = improviser.improvise(Dice([0.5, 0, 0, 0, 0.5]), VOCABULARY, FOUR[:1], np.random.default_rng(1))
    assert "100% chord tones" in improviser.describe(solo)


def test_chords_sound_until_the_next_and_of_two_at_one_place_the_later() -> None:
    twice = [Chord(0.0, (60, 64)), Chord(0.0, (62, 65)), Chord(3.0, (59, 59, 67))]
    piano = play(1, [(4.0, twice)]).score.parts[1]
    assert [(note.onset, note.duration, note.pitch) for note in piano.notes] == [
        (0.0, 3.0, 62),
        (0.0, 3.0, 65),
        (3.0, 1.0, 59),
        (3.0, 1.0, 67),
    ]


def test_a_chord_symbol_is_named_once() -> None:
    assert play().chord_symbols()[:4] == [(0.0, "Cmaj7"), (2.5, "Fmaj7"), (4.0, "Cmaj7"), (10.5, "Fmaj7")]


def test_the_description_counts() -> None:
    said = improviser.describe(play(1, FOUR[:2]))
    assert said.startswith("2 measures, ")
    assert said.endswith(" 0 repeated measures")


def test_no_chords_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="chord_sets must hold"):
        play(1, [])
