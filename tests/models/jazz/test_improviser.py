"""Improvising: full measures, choices that repeat with the seed, files, bundles."""

import wave
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import jazz
from models.jazz.improviser import ChordSet
from models.jazz.proposals import TokenNetwork
from music.audio import RING
from music.changes import Changes
from music.harmony import Chord
from music.score import Note, Part, Score
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    ["A,0.333,<m2,P-4>", "C,0.250", "C,0.500,<P4,m-2>", "S,0.667,<d1,P-5>", "X,0.250,<m3,m-3>"]
)
C_THEN_F: list[Chord] = [Chord(0.0, (48, 52, 55, 59)), Chord(2.5, (53, 57, 60, 64))]
FOUR: list[ChordSet] = [(4.0, C_THEN_F), (4.0, C_THEN_F[:1]), (3.0, C_THEN_F), (4.0, C_THEN_F)]


class Dice:
    """An engine with one distribution for every step, which records the indices it reads."""

    def __init__(self, probabilities: list[float]) -> None:
        self.probabilities = np.array([probabilities], np.float32)
        self.read: list[int] = []

    def zero_state(self, batch: int = 1) -> Any:
        self.read.clear()
        return 0

    def step(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        self.read.append(int(inputs[0]))
        return self.probabilities, state + 1


EVEN = [0.2] * 5


def play(
    seed: Any = 1, chord_sets: Any = FOUR, engine: Dice | None = None, **options: Any
) -> jazz.Improvisation:
    improviser = jazz.Improviser(TokenNetwork(engine or Dice(EVEN), VOCABULARY))
    return improviser.improvise(chord_sets, seed=seed, **options)


@given(seed=st.integers(0, 500))
def test_the_notes_of_each_measure_begin_in_it_and_none_overlap(seed: int) -> None:
    solo = play(seed)
    assert solo.starts == [0.0, 4.0, 8.0, 11.0, 15.0]
    for start, end, notes in zip(solo.starts, solo.starts[1:], solo.melody, strict=False):
        assert all(start - 1e-6 <= note.onset < end - 1e-6 for note in notes)
    line = [note for notes in solo.melody for note in notes]
    assert tuple(line) == solo.score.parts[0].notes
    assert all(note.duration > 0.05 for note in line)
    assert all(before.end <= after.onset + 1e-6 for before, after in pairwise(line))
    assert line[-1].end == pytest.approx(15.0)


def test_what_is_played_is_fed_back() -> None:
    engine = Dice([0, 0, 1, 0, 0])
    solo = play(0, FOUR[:1], engine)
    assert engine.read[0] == -1
    assert set(engine.read[-len(solo.score.parts[0].notes) + 1 :]) == {2}


def test_the_same_seed_plays_the_same_and_another_another() -> None:
    assert play(3).score == play(3).score == play(np.random.default_rng(3)).score
    assert play(3).score != play(4).score


def test_an_improviser_keeps_nothing_of_the_solo_before() -> None:
    improviser = jazz.Improviser(TokenNetwork(Dice(EVEN), VOCABULARY))
    first = improviser.improvise(FOUR, seed=1).score
    improviser.improvise(FOUR, seed=2)
    assert improviser.improvise(FOUR, seed=1).score == first


def test_chords_sound_until_the_next_and_of_two_at_one_place_the_later() -> None:
    twice = [Chord(0.0, (60, 64)), Chord(0.0, (62, 65)), Chord(3.0, (59, 59, 67))]
    piano = play(1, [(4.0, twice)], band="none").score.parts[1]
    found = [(note.onset, note.duration, note.pitch) for note in piano.notes]
    assert found == [(0.0, 3.0, 62), (0.0, 3.0, 65), (3.0, 1.0, 59), (3.0, 1.0, 67)]


def test_a_chord_symbol_is_named_once() -> None:
    found = [(onset, str(symbol)) for onset, symbol in play().chord_symbols()]
    assert found[:4] == [(0.0, "Cmaj7"), (2.5, "Fmaj7"), (4.0, "Cmaj7"), (10.5, "Fmaj7")]


class Piece:
    """What `improvise` needs of a solo."""

    changes = Changes.of(FOUR[:2], "a tune")


def test_a_piece_gives_its_chords_and_its_name() -> None:
    solo = play(1, Piece(), choruses=2)
    assert (solo.title, solo.changes.chord_sets()) == ("a tune", FOUR[:2] * 2)
    assert solo.score.parts == play(1, FOUR[:2], choruses=2).score.parts
    assert solo.score.title == "a tune"


@pytest.mark.parametrize(
    ("chord_sets", "options", "message"),
    [
        (None, {}, "the network's bundle has no chords"),
        ([], {}, "chord_sets: expected one measure or more"),
        ([(4.0, [])], {}, "one chord or more"),
        (FOUR, {"choruses": 0}, "choruses: expected 1 to 100, got 0"),
        (FOUR, {"temperature": 0}, "temperature: expected a number above 0"),
        (FOUR, {"tempo": -1}, "tempo: expected 20 to 400, got -1"),
    ],
)
def test_options_out_of_range_are_refused(
    chord_sets: list[ChordSet] | None, options: dict[str, Any], message: str
) -> None:
    with pytest.raises((ValueError, UserError), match=message):
        play(1, chord_sets, **options)


def test_a_folder_or_its_name_is_loaded(jazz_bundle: Bundle, tmp_path: Path) -> None:
    chords = {"piece": "two", "chord_sets": [[4.0, [[0.0, [48, 52, 55]], [2.5, [53, 57, 60]]]]]}
    bundles.save(replace(jazz_bundle, extra=chords), tmp_path)
    solos = [jazz.load(path).improvise(seed=2) for path in (tmp_path, str(tmp_path))]
    assert solos[0] == solos[1]
    assert solos[0].title == "two"
    assert solos[0].changes.chord_sets() == [(4.0, [Chord(0.0, (48, 52, 55)), Chord(2.5, (53, 57, 60))])]


@pytest.fixture
def short() -> jazz.Improvisation:
    """One note over a chord, 1 s long."""
    melody = Note(0.0, 1.0, 69)
    parts = (Part("Solo", (melody,), 26), Part("Piano", (Note(0.0, 2.0, 57),), channel=1))
    changes = Changes.of([(2.0, [Chord(0.0, (57, 60, 64))])])
    return jazz.Improvisation(Score(parts, changes=changes), [[melody]])


def test_the_files_are_written_and_named(short: jazz.Improvisation, tmp_path: Path) -> None:
    paths = short.save(str(tmp_path / "new" / "folder"))
    assert paths == [tmp_path / "new" / "folder" / name for name in ("solo.mid", "solo.wav", "solo.png")]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == ["solo.mid", "solo.png", "solo.wav"]
    with wave.open(str(paths[1])) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(1.0 + RING, abs=0.05)


def test_mp3_without_ffmpeg_is_refused_before_anything_is_written(
    short: jazz.Improvisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"solo\.mp3: MP3 needs the program ffmpeg"):
        short.save(tmp_path / "out", mp3=True)
    assert not list((tmp_path / "out").iterdir())
