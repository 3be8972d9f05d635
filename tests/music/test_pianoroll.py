import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageColor, ImageDraw

from music import pianoroll
from music.chord_symbols import ChordSymbol
from music.pianoroll import System, draw, systems, visible_symbols
from music.score import DRUM_CHANNEL, Note, Part, Score


def pixels(path, colour):
    """(rows, columns) of the pixels of one colour, title and legend left out, as shares of the picture."""
    with Image.open(path) as picture:
        image = np.asarray(picture)
    rows, columns = np.nonzero((image == ImageColor.getrgb(colour)).all(axis=2))
    body = rows > 44
    return rows[body] / image.shape[0], columns[body] / image.shape[1]


def solo(measures):
    melody = tuple(Note(4 * measure + beat, 1, 70 + beat) for measure in range(measures) for beat in range(3))
    chords = tuple(Note(4 * measure, 4, pitch) for measure in range(measures) for pitch in (48, 52, 55))
    return Score((Part("Melody", melody, 26), Part("Piano", chords)), tempo=120)


def test_every_mark_of_a_small_picture(tmp_path, monkeypatch):
    """174 pixels a quarter note from 34 on, 4 a semitone below C5 at 77; drums in three rows below."""
    marks = []

    def recording(work):
        def recorded(pen, place, *given, **anchor):
            marks.append((tuple(place), *(getattr(word, "size", word) for word in given), *anchor.values()))
            work(pen, place, *given, **anchor)

        return recorded

    for name in ("text", "line", "rectangle"):
        monkeypatch.setattr(ImageDraw.ImageDraw, name, recording(getattr(ImageDraw.ImageDraw, name)))
    parts = (
        Part("Melody", (Note(0, 1, 72), Note(5, 3, 60))),
        Part("Piano", (Note(0, 4, 55),)),
        Part("Kit", (Note(1, 0.2, 36), Note(2, 0.2, 38), Note(3, 0.2, 42)), channel=DRUM_CHANNEL),
    )
    draw(tmp_path / "roll.png", Score(parts), [(0, "C"), (4, "Bb7")], title="Two measures")
    ink, faint, lines, numbers = "#22262b", "#d9dce1", "#b9bec7", "#7b828d"
    melody, piano, kit = "#1f5fa8", "#e7c9a9", "#5c6370"
    assert marks == [
        # The legend, from the right, and the title.
        ((1406, 22), "Kit", ink, 15, "lm"),
        ((1372, 17, 1398, 27), kit),
        ((1307, 22), "Piano", ink, 15, "lm"),
        ((1273, 17, 1299, 27), piano),
        ((1195, 22), "Melody", ink, 15, "lm"),
        ((1161, 17, 1187, 27), melody),
        ((10, 22), "Two measures", ink, 22, "lm"),
        # The octaves, the measures and the frame.
        ((34, 125, 1426, 125), faint),
        ((27, 125), "C4", ink, 13, "rm"),
        ((34, 77, 1426, 77), faint),
        ((27, 77), "C5", ink, 13, "rm"),
        ((34, 69, 34, 179), lines),
        ((34, 182), "1", numbers, 13, "lt"),
        ((730, 69, 730, 179), lines),
        ((730, 182), "2", numbers, 13, "lt"),
        ((1426, 69, 1426, 179), lines),
        ((34, 179, 1426, 179), faint),
        # The notes, the melody last; the strokes; the chord symbols.
        ((34, 143, 720, 146), piano),
        ((34, 75, 198, 79), melody),
        ((904, 123, 1416, 127), melody),
        ((208, 169, 212, 172), kit),
        ((382, 163, 386, 166), kit),
        ((556, 157, 560, 160), kit),
        ((34, 64), "C", ink, 15, "ls"),
        ((730, 64), "B♭7", ink, 15, "ls"),
    ]


@pytest.mark.parametrize(("measures", "melody", "others"), [(36, 5, 4), (37, 5, 3)])
def test_bars_are_lower_where_a_wide_roll_has_many_systems(tmp_path, measures, melody, others):
    path = tmp_path / "roll.png"
    notes = [Part("Melody", (Note(0, 1, 90),)), Part("Bass", (Note(0, 1, 40), Note(4 * measures - 1, 1, 41)))]
    draw(path, Score(tuple(notes)), [], title="")
    with Image.open(path) as picture:
        image = np.asarray(picture)[44:400]
    for colour, height in ((pianoroll.MELODY, melody), (pianoroll.CHORDS, others)):
        assert np.ptp(np.nonzero((image == ImageColor.getrgb(colour)).all(axis=2))[0]) + 1 == height


def test_a_note_that_crosses_to_the_next_system_is_in_both(tmp_path):
    path = tmp_path / "roll.png"
    score = Score((Part("Melody", (Note(35, 2, 60), Note(71, 1, 60))),))
    draw(path, score, [], title="Held over")
    rows, columns = pixels(path, pianoroll.MELODY)
    assert columns[rows < 0.5].max() > 0.95
    assert columns[rows > 0.55].min() < 0.1


@pytest.mark.parametrize(
    ("measures", "sizes"),
    [(1, [1]), (9, [9]), (10, [5, 5]), (20, [7, 7, 6]), (64, [8] * 8), (500, [9] * 55 + [5])],
)
def test_systems_hold_nearly_the_same_number_of_measures(measures, sizes):
    found = systems([4.0 * number for number in range(measures)], 4.0 * measures)
    assert [len(system.starts) for system in found] == sizes
    assert [system.first for system in found] == [1 + sum(sizes[:number]) for number in range(len(sizes))]
    ends = [system.end for system in found]
    assert ends == [*(system.starts[0] for system in found[1:]), 4.0 * measures]


def test_a_long_piece_has_pages_and_the_titles_say_so(tmp_path, monkeypatch):
    texts = written_texts(monkeypatch)
    assert draw(tmp_path / "short.png", solo(2), [], title="Short") == [tmp_path / "short.png"]
    assert "Short" in dict(texts)
    texts.clear()
    written = draw(tmp_path / "long.png", solo(500), [], title="Long")
    assert written == [tmp_path / "long.png", *(tmp_path / f"long-page-{n}.png" for n in range(2, 6))]
    titles = [text for text, _ in texts if text.startswith("Long")]
    assert titles[0] == "Long (measures 1 to 108 of 500)"
    assert titles[-1] == "Long (measures 433 to 500 of 500)"
    numbers = [int(text) for text, _ in texts if text.isdecimal()]
    assert numbers == list(range(1, 501))
    for page in written:
        with Image.open(page) as picture:
            assert picture.width == 1440
            assert picture.height < 4000


def written_texts(monkeypatch):
    """What is written from now on: texts and their boxes."""
    texts = []
    write = ImageDraw.ImageDraw.text

    def recorded(pen, place, text, colour, font, anchor):
        texts.append((text, pen.textbbox(place, text, font, anchor=anchor)))
        write(pen, place, text, colour, font, anchor=anchor)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", recorded)
    return texts


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("$\\frac$", "$\\frac$"),
        ("a\udcff.mid", "a\ufffd.mid"),
        ("two\nlines\x1b[2J", "two lines [2J"),
        ("", ""),
    ],
)
def test_any_files_name_may_be_in_the_title(title, expected, tmp_path, monkeypatch):
    texts = written_texts(monkeypatch)
    draw(tmp_path / "roll.png", solo(2), [], title=title)
    assert expected in dict(texts)


def test_a_long_title_ends_before_the_legend(tmp_path, monkeypatch):
    texts = written_texts(monkeypatch)
    draw(tmp_path / "roll.png", solo(2), [], title="very " * 100)
    (title,) = (box for text, box in texts if text.endswith("…"))
    assert title[2] < dict(texts)["Melody"][0] - 30


ROW = System(9, (32.0, 36.0, 40.0, 44.0), 48.0)


def test_symbols_outside_the_system_are_left_out():
    symbols = [(32, "C"), (40, "F"), (48, "G")]
    assert visible_symbols(symbols, ROW, len) == [(32, "C"), (40, "F")]


def test_a_repeated_symbol_is_written_once_but_again_in_the_next_system():
    symbols = [(28, "C"), (33, "C"), (36, "C"), (40, "G"), (44, "C")]
    assert visible_symbols(symbols, ROW, len) == [(32, "C"), (40, "G"), (44, "C")]


def test_symbols_that_would_run_into_each_other_are_thinned_out():
    symbols = [(32, "Am7b5"), (36, "B"), (37, "C"), (37.5, "D"), (40, "Emaj7"), (44, "F")]
    assert visible_symbols(symbols, ROW, len) == [(32, "Am7b5"), (37, "C"), (40, "Emaj7")]
    assert visible_symbols(symbols, ROW, lambda text: 0) == symbols


def test_written_symbols_do_not_touch(tmp_path, monkeypatch):
    symbols = [(quarter / 2, f"{'AB'[quarter % 2]}-maj7") for quarter in range(8 * 36)]
    texts = written_texts(monkeypatch)
    draw(tmp_path / "roll.png", solo(36), symbols, title="Crowded")
    rows = {}
    for text, box in texts:
        if "♭" in text:
            rows.setdefault(box[3], []).append(box)
    assert len(rows) == 4
    for row in rows.values():
        assert len(row) >= 16
        assert all(before[2] < after[0] for before, after in zip(row, row[1:], strict=False))


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("B-m7b5", "B♭m7♭5"),
        (ChordSymbol(3, "m7", 10), "E♭m7/B♭"),
        ("F#7#9", "F♯7♯9"),
        ("Bdim", "Bdim"),
        (None, "N.C."),
    ],
)
def test_symbols_have_real_flats_and_sharps(symbol, expected, tmp_path, monkeypatch):
    texts = written_texts(monkeypatch)
    draw(tmp_path / "roll.png", solo(1), [(0, symbol)], title="Signs")
    assert expected in dict(texts)


def test_the_picture_needs_no_matplotlib(tmp_path, root):
    code = (
        "import sys; from music import pianoroll; from music.score import Score; "
        f"pianoroll.draw({str(tmp_path / 'roll.png')!r}, Score(()), [], title='Light'); "
        "print({'matplotlib', 'music21', 'verovio'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_measures_need_not_be_even(tmp_path):
    starts = [8.0, 11.0, 15.0]
    score = Score((Part("Melody", (Note(8, 1, 60), Note(15, 3, 62))),), beats=3)
    draw(tmp_path / "roll.png", score, [(8, "C")], title="3 + 4 + 3", measure_starts=starts)
    _, columns = pixels(tmp_path / "roll.png", pianoroll.MELODY)
    assert columns.min() < 0.08
    assert columns.max() > 0.95


@pytest.mark.parametrize("parts", [(), (Part("Melody", ()),)])
def test_a_score_without_notes_is_an_empty_roll(parts, tmp_path):
    draw(tmp_path / "roll.png", Score(parts), [], title="Silence")
    assert len(pixels(tmp_path / "roll.png", pianoroll.MELODY)[0]) == 0
