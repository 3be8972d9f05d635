import pytest

from music.score import Note, Part, Score
from utils.errors import UserError


@pytest.mark.parametrize(
    ("parts", "length"),
    [
        ((Part("a", (Note(0, 8, 60), Note(6, 1, 62))), Part("b", (Note(4, 3, 48),))), 8),
        ((Part("rest", ()),), 0),
        ((), 0),
    ],
)
def test_the_length_is_the_end_of_the_last_note_of_any_part(parts, length):
    score = Score(parts, tempo=90)
    assert (score.length, score.seconds) == (length, pytest.approx(length * 60 / 90))


@pytest.mark.parametrize("value", [0, -3, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["tempo", "beats"])
def test_tempo_and_beats_are_above_zero(name, value):
    with pytest.raises(ValueError, match=f"{name}: expected a number above 0, got {value}"):
        Score((), **{name: value})


TRIO = Score(
    (Part("Piano", (Note(0, 4, 60),)), Part("Bass", (Note(1, 1, 40),)), Part("Drums", ())), 100, 3, "x"
)


@pytest.mark.parametrize(
    ("names", "left"),
    [([], ["Piano", "Bass", "Drums"]), (["bass"], ["Piano", "Drums"]), ([" DRUMS", "Piano"], ["Bass"])],
)
def test_parts_are_left_out_by_name(names, left):
    score = TRIO.without(names)
    assert [part.name for part in score.parts] == left
    assert (score.tempo, score.beats, score.title) == (100, 3, "x")


def test_leaving_out_a_part_that_is_not_there_lists_those_that_are():
    with pytest.raises(UserError, match="cannot mute 'Organ': expected one of Piano, Bass, Drums"):
        TRIO.without(["Bass", "Organ"])


def test_shifting_moves_every_note():
    score = TRIO.shifted(3)
    assert [note.onset for part in score.parts for note in part.notes] == [3, 4]
    assert (score.length, score.tempo, score.beats, score.title) == (7, 100, 3, "x")
    assert TRIO.shifted(0) == TRIO
