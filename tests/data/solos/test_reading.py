"""Solos: the course's, token for token; any other file; and what no solo can be made of."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.solos import reading as solos
from data.solos.corpus import training_examples
from data.solos.measures import MeasureRange
from music.score import Note, Part
from utils.errors import UserError
from utils.vocabulary import Vocabulary

MELODY = Part("Lead", tuple(Note(0.5 * step, 0.5, 60 + 2 * (step % 7)) for step in range(24)), program=26)
COMPING = Part(
    "Keys",
    tuple(Note(4.0 * bar, 3.9, pitch) for bar in range(3) for pitch in (48, 52, 55, 58)),
    channel=1,
)
BASS = Part("Bass", tuple(Note(step, 0.9, 36 + step % 5) for step in range(12)), program=32, channel=2)
DRUMS = Part("Kit", tuple(Note(step, 0.2, 38) for step in range(12)), channel=9)


@pytest.mark.course_data("original_metheny.mid")
def test_the_course_solo_equals_the_published_grammar(course_file: Callable[[str], Path], root: Path) -> None:
    solo = solos.read_solo(course_file("original_metheny.mid"))
    tokens = solo.flat_tokens
    assert (len(tokens), len(solo.vocabulary), len(solo.measures)) == (193, 78, 18)
    assert solo.measures == list(range(120, 138))  # the course counts from 0: 119 to 136
    assert [sum(token[0] == kind for token in tokens) for kind in "CSAX"] == [117, 44, 25, 7]
    durations = [token.split(",")[1] for token in tokens]
    counts = {name: durations.count(name) for name in set(durations)}
    assert counts == {"0.250": 153, "0.333": 20, "0.500": 12, "0.667": 5, "0.750": 3}
    assert sum(len(chords) for chords in solo.chords) == 51
    assert solo.notices == []
    published = root.parent / "shared" / "spec" / "metheny_grammar.json"
    if published.exists():
        expected = json.loads(published.read_text())
        assert solo.tokens == [measure.split() for measure in expected["grammar"]]
        assert [[[c.onset, list(c.pitches)] for c in chords] for chords in solo.chords] == expected["chords"]


@pytest.mark.course_data("original_metheny.mid")
def test_the_course_file_under_another_name_and_choice(
    course_file: Callable[[str], Path], tmp_path: Path
) -> None:
    copy = tmp_path / "solo.mid"
    copy.write_bytes(course_file("original_metheny.mid").read_bytes())
    assert len(solos.read_solo(copy).flat_tokens) == 193
    assert solos.read_solo(copy, measures="120-121").measures == [120, 121]
    assert len(solos.read_solo(copy, melody_track="Trumpet", measures="1-").flat_tokens) > 193


@pytest.mark.course_data("original_metheny.mid")
def test_the_course_tracks_are_chosen_without_the_checksum_too(
    course_file: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "other.mid").write_bytes(course_file("original_metheny.mid").read_bytes() + b"\0")
    solo = solos.read_solo(tmp_path / "other.mid", measures=solos.COURSE_MEASURES)
    tracks = "melody from track 6 'Guitar', chords from track 1 'Piano' over the bass of track 2 'Bass'"
    assert solo.notices[-1] == f"other.mid: {tracks}, measures 120-137"
    assert solo.notices[0] == (
        "other.mid is broken, and read as far as possible: 1 bytes after the last track"
    )
    assert (len(solo.flat_tokens), len(solo.vocabulary)) == (193, 78)
    assert tracks in solos.read_solo(tmp_path / "other.mid").notices[-1]


def test_melody_and_chords_are_chosen_and_named(write: Callable[..., Path]) -> None:
    solo = solos.read_solo(write(DRUMS, BASS, COMPING, MELODY))
    assert solo.notices == [
        "a tune.mid: melody from track 4 'Lead', chords from track 3 'Keys' over the bass of track 2 'Bass', "
        "measures 1-3"
    ]
    assert [len(tokens) for tokens in solo.tokens] == [8, 8, 8]
    assert solo.tokens[0][:2] == ["C,0.500", "S,0.500,<P4,m-2>"]
    assert solo.changes.chord_sets()[1] == (4.0, [solo.chords[1][0]._replace(onset=0.0)])


def test_tracks_and_measures_may_be_given(write: Callable[..., Path]) -> None:
    path = write(DRUMS, BASS, COMPING, MELODY)
    solo = solos.read_solo(path, melody_track="bass", chord_track=3, measures="2-3")
    assert solo.measures == [2, 3]
    assert [note.pitch for note in solo.notes[0]] == [40, 36, 37, 38]
    assert solos.read_solo(path, measures=MeasureRange(1, 1)).measures == [1]


def test_one_track_may_be_both(write: Callable[..., Path]) -> None:
    path = write(Part("Piano", MELODY.notes[1::2] + COMPING.notes))
    solo = solos.read_solo(path, melody_track=1, chord_track=1)
    assert [chord.pitches for chords in solo.chords for chord in chords] == [(48, 52, 55, 58)] * 3


def test_other_meters_give_measures_of_their_own_length(write: Callable[..., Path]) -> None:
    solo = solos.read_solo(write(COMPING, MELODY, beats=3.0))
    assert solo.lengths == [3.0] * 4
    assert [len(tokens) for tokens in solo.tokens] == [6] * 4
    assert [chords[0].onset for chords in solo.chords] == [0.0, 4.0, 8.0, 9.0]


def test_a_measure_without_chords_has_the_one_that_sounds(write: Callable[..., Path]) -> None:
    sparse = Part("Keys", COMPING.notes[4:8], channel=1)
    solo = solos.read_solo(write(sparse, MELODY), chord_track="Keys")
    assert [chords[0].onset for chords in solo.chords] == [0.0, 4.0, 8.0]
    assert len({chords[0].pitches for chords in solo.chords}) == 1


@pytest.mark.parametrize(
    ("parts", "options", "message"),
    [
        ((), {}, "has no notes"),
        ((DRUMS,), {}, r"only drums: 1 'Kit' \(12 notes, 0 chords, drums\)"),
        (
            (replace(MELODY, notes=MELODY.notes[:7]),),
            {},
            r"no chords in .*, and 7 notes; expected 8 or more to recognise .*; its tracks: 1 'Lead'",
        ),
        (
            (MELODY, BASS),
            {"chord_track": "Bass"},
            r"no chords in track 2 'Bass' of .*1 'Lead' \(24 notes, 0 chords\)",
        ),
        (
            (COMPING, Part("Late", (Note(9.0, 1.0, 70),), channel=3)),
            {"melody_track": "Late", "measures": "1-2"},
            "no melody in measures 1-2 of track 2 'Late'",
        ),
    ],
)
def test_what_is_no_solo_lists_its_tracks(
    write: Callable[..., Path], parts: tuple[Part, ...], options: dict[str, str], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        solos.read_solo(write(*parts), **options)


@pytest.mark.parametrize("measures", ["4-9", "4", "7-", "1-4"])
def test_measures_out_of_range_are_refused(write: Callable[..., Path], measures: str) -> None:
    with pytest.raises(UserError, match=f"measures {measures} are out of range; a tune.mid has measures 1-3"):
        solos.read_solo(write(COMPING, MELODY), measures=measures)


def test_of_a_piece_without_end_the_first_measures_are_read(write: Callable[..., Path]) -> None:
    path = write(COMPING, Part("Lead", (*MELODY.notes, Note(4e5, 1.0, 60))))
    solo = solos.read_solo(path)
    assert len(solo.measures) == solos.MOST_MEASURES
    assert "a tune.mid: 100001 measures; the first 2000 are read" in solo.notices
    with pytest.raises(UserError, match="measures: expected at most 2000, got 100001 of a tune.mid"):
        solos.read_solo(path, measures="1-")


@pytest.mark.parametrize("name", ["notes.txt", "sound.wav", "folder"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _ = path.mkdir() if name == "folder" else path.write_bytes(b"hello")
    with pytest.raises(UserError, match=name):
        solos.read_solo(path)


def test_training_examples_are_the_course_windows() -> None:
    tokens = [f"C,{number}.000" for number in range(40)]
    vocabulary = Vocabulary.of(tokens)
    X, Y = training_examples(tokens, vocabulary)
    assert (X.shape, Y.shape) == ((60, 30, 40), (30, 60, 40))
    assert not X[:, 0].any()
    assert not Y[29].any()
    assert np.array_equal(Y[:-1], X[:, 1:].swapaxes(0, 1))
    legacy = np.random.RandomState(0)
    starts = [legacy.choice(10) for _ in range(60)]
    assert [vocabulary.symbols[index] for index in X[:, 1].argmax(axis=1)] == [tokens[s + 1] for s in starts]


def test_too_short_a_solo_cannot_be_learnt() -> None:
    with pytest.raises(UserError, match="has 30 notes; training needs more than 30"):
        training_examples(["C,0.250"] * 30, Vocabulary(["C,0.250"]))
