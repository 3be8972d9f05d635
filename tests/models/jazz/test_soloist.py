"""The soloist's rules by their musical effect, over charts and through the public API."""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import solos
from models import jazz
from models.jazz.phrases import Planner
from models.jazz.proposals import TokenNetwork
from music.score import Note
from utils.errors import UserError
from utils.vocabulary import Vocabulary

BLUES = "F7 | Bb7 | F7 | % | Bb7 | Bdim7 | F7 | D7b9 | Gm7 | C7 | F7 D7 | Gm7 C7"
CADENCES = "Dm7 | G7 | Cmaj7 | A7b9 | Dm7 | G7 | Cmaj7 | %"
WALTZ = "meter: 3/4\n\nGmaj7 | E7 | Am7 | D7 | Bm7 | E7b9 | Am7 | D7"
CHARTS = (BLUES, CADENCES, WALTZ)


@cache
def played(chart: str, seed: int, choruses: int = 3) -> jazz.Improvisation:
    return improvise(chart, seed=seed, choruses=choruses)


def improvise(chart: str, **options: Any) -> jazz.Improvisation:
    return pretrained().improvise(solos.read_chart(chart + "\n"), **{"band": "none", "tempo": 140, **options})


@cache
def pretrained() -> jazz.Improviser:
    return jazz.load()


def lines() -> list[jazz.Improvisation]:
    """Twelve solos of some hundred notes."""
    return [played(chart, seed) for chart in CHARTS for seed in range(4)]


def notes_of(solo: jazz.Improvisation) -> tuple[Note, ...]:
    return solo.score.parts[0].notes


def phrases(solo: jazz.Improvisation) -> list[list[Note]]:
    """The notes between rests of nearly a beat or more."""
    found: list[list[Note]] = [[]]
    for note in notes_of(solo):
        if found[-1] and note.onset - found[-1][-1].end > 0.85:
            found.append([])
        found[-1].append(note)
    return found


def chord_at(solo: jazz.Improvisation, onset: float) -> Any:
    return [symbol for start, symbol in solo.chord_symbols() if start <= onset + 1e-6][-1]


def is_chord_tone(solo: jazz.Improvisation, note: Note) -> bool:
    chords = {chord_at(solo, note.onset), chord_at(solo, note.onset + 0.5)}  # its own, or one it anticipates
    return any((note.pitch - chord.root - step) % 12 == 0 for chord in chords for step in chord.intervals)


def test_notes_fill_their_beats_in_halves_quarters_or_thirds() -> None:
    for solo in lines():
        beats: dict[int, set[int]] = {}
        for note in notes_of(solo):
            beats.setdefault(int(note.onset + 1e-6), set()).add(round(note.onset % 1 * 12) % 12)
        assert all(places <= {0, 3, 6, 9} or places <= {0, 4, 8} for places in beats.values())


def test_measures_begin_on_the_first_beat_about_as_often_as_not() -> None:
    on_one = [
        any(abs(note.onset - start) < 0.01 for note in measure)
        for solo in lines()
        for start, measure in zip(solo.starts, solo.melody, strict=False)
    ]
    assert 0.3 < np.mean(on_one) < 0.75


def test_some_notes_are_held_over_bar_lines() -> None:
    held = [
        sum(int(note.onset // measure + 0.001) != int((note.end - 0.1) // measure) for note in notes_of(solo))
        for solo in lines()
        for measure in [solo.starts[1]]
    ]
    assert sum(held) >= len(held)


def test_the_line_leaps_no_further_over_a_bar_line_than_inside_measures() -> None:
    over, inside = [], []
    for solo in lines():
        for before, after in pairwise(notes_of(solo)):
            crosses = int(before.onset // solo.starts[1]) != int(after.onset // solo.starts[1])
            (over if crosses else inside).append(abs(after.pitch - before.pitch))
    assert 0.8 < np.mean(over) / np.mean(inside) < 1.4
    assert 2.0 < np.mean(inside) < 3.4


def test_phrases_breathe_and_end_on_chord_tones() -> None:
    for solo in lines():
        found = phrases(solo)
        assert len(found) >= 5
        assert 4 <= np.median([len(phrase) for phrase in found]) <= 30
        ends = [is_chord_tone(solo, phrase[-1]) for phrase in found]
        assert np.mean(ends) > 0.85


def test_notes_outside_the_scale_are_kept_and_resolved_by_step() -> None:
    outside, resolved = 0, 0
    total = sum(len(notes_of(solo)) for solo in lines())
    for solo in lines():
        for phrase in phrases(solo):
            for before, after in pairwise(phrase):
                chord = chord_at(solo, before.onset)
                if (before.pitch - chord.root) % 12 == (6 if 4 in chord.intervals else 4):
                    outside += 1
                    resolved += abs(after.pitch - before.pitch) <= 2
    assert outside > 0.01 * total
    assert resolved > 0.85 * outside


def test_motifs_return() -> None:
    """Rhythm and contour of a phrase's first notes occur again, more than among phrases of other solos."""

    def heads(solo: jazz.Improvisation) -> list[tuple[Any, ...]]:
        return [
            tuple(
                (round(after.onset - before.onset, 2), np.sign(after.pitch - before.pitch))
                for before, after in pairwise(phrase[:5])
            )
            for phrase in phrases(solo)
            if len(phrase) > 5
        ]

    alike = [np.mean([a == b for a, b in pairwise(heads(solo))]) for solo in lines()]
    others = [np.mean([a == b for a in heads(one) for b in heads(other)]) for one, other in pairwise(lines())]
    assert np.mean(alike) > 2 * np.mean(others) + 0.03


def test_the_second_chorus_is_busier_or_higher_and_the_last_comes_home() -> None:
    rises, homes = [], []
    for chart in CHARTS:
        for seed in range(6):
            solo = played(chart, seed, 3)
            form = solo.starts[-1] / 3
            first, second, last = (
                [note for note in notes_of(solo) if number * form <= note.onset < (number + 1) * form]
                for number in range(3)
            )
            higher = np.mean([n.pitch for n in second]) - np.mean([n.pitch for n in first])
            rises.append(higher > 0 or len(second) > len(first))
            half = [note for note in last if note.onset < 2.5 * form]
            homes.append(np.mean([n.pitch for n in half]) - np.mean([n.pitch for n in last[-6:]]))
    assert np.mean(rises) > 0.8
    assert np.median(homes) > 2


def test_the_last_note_is_held_on_the_root_the_third_or_the_fifth() -> None:
    for solo in lines():
        last, chord = notes_of(solo)[-1], chord_at(solo, notes_of(solo)[-1].onset)
        assert (last.pitch - chord.root) % 12 in {0, 3, 4, 5, 6, 7, 8}
        heard = solo.perform().parts[0].notes[-1]
        assert heard.duration >= 1.5
        assert last.end == pytest.approx(solo.starts[-1])


def test_the_last_phrase_is_not_in_double_time() -> None:
    for seed in range(100):
        last = Planner(np.random.default_rng(seed), [0], 480, 90.0).phrase(430, 456, 4)
        assert last.lands and not last.double_time


def test_a_ballad_runs_in_sixteenths_more_often_than_a_medium_tune() -> None:
    def runs(tempo: float) -> float:
        planners = (Planner(np.random.default_rng(seed), [0], 4800, tempo) for seed in range(200))
        return float(np.mean([planner.phrase(2000, 4752, 4).double_time for planner in planners]))

    assert 0.3 < runs(60) < 0.6
    assert 0.02 < runs(140) == runs(100) < 0.25


def test_a_solo_is_played_with_dynamics_and_articulation_and_written_without() -> None:
    for solo in lines():
        written, heard = notes_of(solo), solo.perform().parts[0].notes
        decibels = 40 * np.log10([note.velocity / 127 for note in heard])
        assert 2.5 < np.std(decibels) < 6.5
        gaps = [after.onset - before.onset for before, after in pairwise(heard)]
        shares = [note.duration / gap for note, gap in zip(heard, gaps, strict=False) if gap < 1.5]
        assert 0.75 < np.median(shares) < 0.93
        assert all(round(note.duration * 12, 6) % 1 == 0 for note in written)
        assert all(sounds.duration < note.duration for note, sounds in zip(written, heard, strict=True))


def test_the_soloist_swings_less_than_the_band() -> None:
    solo = improvise(CADENCES, seed=1, choruses=4, band="swing", swing=2.0)
    performed = {part.name: part for part in solo.perform().parts}
    seconds = [
        after.onset % 1
        for before, after in zip(notes_of(solo), performed["Solo"].notes, strict=True)
        if abs(before.onset % 1 - 0.5) < 0.01
    ]
    ratio = np.median(seconds) / (1 - np.median(seconds))
    assert ratio == pytest.approx(1.45, abs=0.02)
    cymbal = [note.onset % 1 for note in performed["Drums"].notes if 0.6 < note.onset % 1 < 0.7]
    assert cymbal and np.median(cymbal) == pytest.approx(2 / 3, abs=0.01)


def test_an_answer_takes_up_what_was_played() -> None:
    solo = solos.read_solo(solos.BUNDLED, measures="1-16")
    alike = []
    for seed in range(8):
        trade = pretrained().improvise(solo, seed=seed, answer=4, band="none")
        for first in (0, 8):
            call, answer = (
                [note for measure in trade.melody[start : start + 4] for note in measure]
                for start in (first, first + 4)
            )
            given = [note.pitch for measure in solo.notes[first : first + 4] for note in measure]
            assert [note.pitch for note in call] == given
            rhythms = [
                [round((b.onset - a.onset) * 2) for a, b in pairwise(notes[:5])] for notes in (call, answer)
            ]
            alike.append(rhythms[0] == rhythms[1])
    assert np.mean(alike) > 0.6


@pytest.mark.parametrize(
    ("chart", "options"),
    [
        ("C", {}),
        ("meter: 1/4\n\nC | F", {}),
        ("meter: 5/4\n\nDm7 | G7 | Cmaj7", {}),
        ("meter: 7/4\n\nDm7 | G7 | Cmaj7", {}),
        ("meter: 7/8\n\nDm7 | G7 | Cmaj7", {}),
        (BLUES, {"tempo": 40}),
        (BLUES, {"tempo": 320}),
        (BLUES, {"temperature": 1e-6}),
        (BLUES, {"temperature": 1e6}),
        (BLUES, {"greedy": True}),
        ("N.C. | N.C. | Dm7 | N.C.", {}),
    ],
)
def test_odd_charts_get_a_solo(chart: str, options: dict[str, Any]) -> None:
    solo = improvise(chart, **{"seed": 1, **options})
    line = notes_of(solo)
    assert line and line[-1].end == pytest.approx(solo.starts[-1])
    fastest = min((after.onset - before.onset for before, after in pairwise(line)), default=1.0)
    assert fastest * 60 / solo.score.tempo > 0.05


def test_nothing_but_silence_is_one_clear_line() -> None:
    with pytest.raises((UserError, ValueError), match=r"chord"):
        improvise("N.C. | N.C.", seed=1)


TOKENS = st.lists(
    st.builds(
        "{},{}{}".format,
        st.sampled_from("CSAXR"),
        st.sampled_from(["0.000", "0.001", "0.250", "0.333", "0.5", "0.667", "1.17", "3", "9999"]),
        st.sampled_from(["", ",<m2,P-4>", ",<P8,P8>", ",<M2,d-4>", ",<P99,P-99>"]),
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


class Uniform:
    """An engine that finds every token as likely as any other."""

    def __init__(self, count: int) -> None:
        self.p = np.full((1, count), 1 / count, np.float32)

    def zero_state(self, batch: int = 1) -> None:
        return None

    def step(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        return self.p, state


@given(tokens=TOKENS, beats=st.sampled_from([0.75, 1, 2.5, 4, 7]), seed=st.integers(0, 99))
def test_any_vocabulary_gives_a_solo(tokens: list[str], beats: float, seed: int) -> None:
    network = TokenNetwork(Uniform(len(tokens)), Vocabulary(tokens))
    chords = solos.read_chart("Dm7 | G7 | Cmaj7\n").chord_sets()
    sets = [(beats, chords) for _, chords in chords]
    line = notes_of(jazz.Improviser(network).improvise(sets, seed=seed, band="none", choruses=2))
    assert line and all(note.duration > 0 for note in line)
    assert all(before.end <= after.onset + 1e-6 for before, after in pairwise(line))
