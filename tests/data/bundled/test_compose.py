import subprocess
import sys
from itertools import pairwise

import pytest

from data.bundled import compose, motifs
from data.solos.reading import read_solo

TUNE = compose.TUNE


@pytest.fixture(scope="module")
def score():
    return compose.compose()


@pytest.fixture(scope="module")
def solo():
    return read_solo(TUNE)


def named(score, name):
    return next(part for part in score.parts if part.name == name)


def test_the_script_writes_the_committed_file_byte_for_byte(tmp_path, root):
    path = tmp_path / "tune.mid"
    command = [sys.executable, "-m", "data.bundled.compose", "--out", str(path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == f"{path}\n"
    assert path.read_bytes() == TUNE.read_bytes()


def test_the_tune_reads_as_a_solo_over_chords(solo):
    assert "melody from track 1 'Melody', chords from track 2 'Piano', measures 1-64" in solo.notices[-1]
    assert len(solo.tokens) == 64
    assert len(solo.flat_tokens) == 384
    assert len(solo.vocabulary) == 83
    assert all(solo.chords)


def test_the_melody_is_one_note_at_a_time_on_the_grid(score, solo):
    notes = named(score, "Melody").notes
    assert len(notes) == len(solo.flat_tokens)  # nothing was gathered into a chord
    assert all(before.end <= after.onset + 1e-9 for before, after in pairwise(notes))
    for value in [value for note in notes for value in (note.onset, note.duration)]:
        assert min(abs(value * 4 - round(value * 4)), abs(value * 3 - round(value * 3))) < 1e-6
    assert {round(note.duration, 3) for note in notes} == {0.25, 0.333, 0.5, 0.667, 1.0, 1.667, 2.0}


def test_the_melody_swings_and_breathes(score):
    notes = named(score, "Melody").notes
    offbeats = [note for note in notes if abs(note.onset % 1 - 2 / 3) < 1e-6]
    assert len(offbeats) > 0.3 * len(notes)
    rests = [after.onset - before.end for before, after in pairwise(notes) if after.onset - before.end > 0.9]
    assert len(rests) >= 16  # a breath in every four measures
    assert 4 <= len(notes) / 64 <= 8


def test_the_melody_keeps_its_range_and_does_not_leap(score):
    pitches = [note.pitch for note in named(score, "Melody").notes]
    assert motifs.LOWEST - 1 <= min(pitches) <= max(pitches) <= motifs.HIGHEST + 1
    steps = [abs(after - before) for before, after in pairwise(pitches)]
    assert 0 not in steps
    assert max(steps) <= 7
    assert sum(step <= 2 for step in steps) > len(steps) / 2


def test_chord_tones_fall_on_the_strong_beats_and_approaches_between(solo):
    kinds = {True: [], False: []}
    for start, notes, tokens in zip(solo.starts, solo.notes, solo.tokens, strict=True):
        for note, token in zip(notes, tokens, strict=True):
            kinds[(note.onset - start) % 2 == 0].append(token[0])
    assert kinds[True].count("C") / len(kinds[True]) > 0.9
    assert kinds[False].count("C") / len(kinds[False]) < 0.8
    assert min((kinds[True] + kinds[False]).count(kind) for kind in "SA") >= 15


def test_the_motif_comes_back_in_other_keys(score):
    """The first five notes, as intervals and rhythm, on the roots F, A flat, B flat and D flat."""
    notes = named(score, "Melody").notes
    shape = [(b.pitch - a.pitch, round(b.onset - a.onset, 3)) for a, b in pairwise(notes[:5])]
    found = [
        notes[number].pitch % 12
        for number in range(len(notes) - 4)
        if [(b.pitch - a.pitch, round(b.onset - a.onset, 3)) for a, b in pairwise(notes[number : number + 5])]
        == shape
    ]
    assert {0, 3, 5, 8} <= set(found)  # its first note is the fifth: C, E flat, F, A flat
    assert found.count(0) >= 3


def test_the_harmony_has_ii_v_i_in_four_keys():
    chords = [chord for measure in compose.chart() for chord in measure]
    chords = [chord for chord, after in pairwise([*chords, None]) if chord != after]
    keys = {
        first.root
        for two, five, first in zip(chords, chords[1:], chords[2:], strict=False)
        if (two.quality, five.quality, first.quality) == ("m7", "7", "maj7")
        and (two.root - first.root) % 12 == 2
        and (five.root - first.root) % 12 == 7
    }
    assert keys == {5, 8, 10, 1}


def test_the_piano_plays_in_every_measure_and_its_voices_move_little(score):
    by_onset = {}
    for note in named(score, "Piano").notes:
        by_onset.setdefault(note.onset, []).append(note.pitch)
    assert {int(onset // 4) for onset in by_onset} == set(range(64))
    assert {len(pitches) for pitches in by_onset.values()} == {5}
    hands = [sorted(pitches)[1:] for _, pitches in sorted(by_onset.items())]
    moves = [abs(a - b) for before, after in pairwise(hands) for a, b in zip(before, after, strict=True)]
    assert sum(moves) / len(moves) < 1.2


def test_the_chorus_does_not_repeat_the_head(solo):
    head, chorus = solo.tokens[:32], solo.tokens[32:]
    assert sum(measure in head for measure in chorus) <= 4
    assert len({tuple(measure) for measure in chorus}) >= 28


@pytest.mark.parametrize("words", ["L1 s2", "q1 q9 q", "z1 q1", "h1 q."])
def test_words_that_cannot_be_played_are_refused(words):
    with pytest.raises(ValueError, match="words must"):
        compose._Line(compose.chart()).play(words)
