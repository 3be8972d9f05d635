import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imread

from utils.errors import UserError
from utils.music import pianoroll
from utils.music.pianoroll import System, draw, systems, visible_symbols
from utils.music.score import Note, Part, Score


def pixels(path, colour):
    """(rows, columns) of the pixels of one colour, legend left out, as shares of the picture."""
    image = imread(path)[:, :, :3]
    rows, columns = np.nonzero((np.abs(image - to_rgb(colour)) < 0.01).all(axis=2))
    body = rows > 0.3 * 120  # title and legend are above
    return rows[body] / image.shape[0], columns[body] / image.shape[1]


def solo(measures):
    melody = tuple(Note(4 * measure + beat, 1, 70 + beat) for measure in range(measures) for beat in range(3))
    chords = tuple(Note(4 * measure, 4, pitch) for measure in range(measures) for pitch in (48, 52, 55))
    return Score((Part("Melody", melody, 26), Part("Piano", chords)), tempo=120)


def test_notes_stand_where_they_sound(tmp_path):
    path = tmp_path / "roll.png"
    melody, chords = Part("Melody", (Note(2, 1, 72),)), Part("Piano", (Note(0, 4, 48),))
    draw(path, Score((melody, chords)), [], title="One measure")
    rows, columns = pixels(path, pianoroll.MELODY)
    chord_rows, chord_columns = pixels(path, pianoroll.CHORDS)
    assert 0.5 < columns.min() < columns.max() < 0.78
    assert chord_columns.min() < 0.08
    assert chord_columns.max() > 0.95
    assert rows.max() < chord_rows.min()  # rows count downwards, so the melody is above


def test_a_note_is_as_wide_as_it_is_long(tmp_path):
    widths = []
    for duration in (1, 2):
        path = tmp_path / f"{duration}.png"
        draw(path, Score((Part("Melody", (Note(0, duration, 60),)),)), [], title="")
        widths.append(np.ptp(pixels(path, pianoroll.MELODY)[1]))
    assert widths[1] / widths[0] == pytest.approx(2, abs=0.1)


def test_a_note_that_crosses_to_the_next_system_is_in_both(tmp_path):
    path = tmp_path / "roll.png"
    score = Score((Part("Melody", (Note(35, 2, 60), Note(71, 1, 60))),))
    draw(path, score, [], title="Held over")
    rows, columns = pixels(path, pianoroll.MELODY)
    assert columns[rows < 0.5].max() > 0.95
    assert columns[rows > 0.55].min() < 0.1


def test_the_same_score_gives_the_same_bytes(tmp_path):
    symbols = [(0, "Fmaj7"), (4, "B-m7"), (6, "E-7"), (8, "G#maj7")]
    for name in ("one.png", "two.png"):
        draw(tmp_path / name, solo(18), symbols, title="Twice")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@pytest.mark.parametrize(
    ("measures", "sizes"),
    [(1, [1]), (9, [9]), (10, [5, 5]), (18, [9, 9]), (20, [7, 7, 6]), (32, [8] * 4), (64, [8] * 8)],
)
def test_systems_hold_nearly_the_same_number_of_measures(measures, sizes):
    found = systems([4.0 * number for number in range(measures)], 4.0 * measures)
    assert [len(system.starts) for system in found] == sizes
    assert [system.first for system in found] == [1 + sum(sizes[:number]) for number in range(len(sizes))]
    ends = [system.end for system in found]
    assert ends == [*(system.starts[0] for system in found[1:]), 4.0 * measures]


def test_a_long_piece_is_cut_and_the_title_says_so(tmp_path, monkeypatch):
    found = systems([4.0 * number for number in range(500)], 2000.0)
    assert len(found) == 12
    assert found[-1].first + len(found[-1].starts) - 1 == 108
    assert found[-1].end == 432
    titles = []
    write = Figure.suptitle

    def heard(figure, text, **options):
        titles.append(text)
        return write(figure, text, **options)

    monkeypatch.setattr(Figure, "suptitle", heard)
    draw(tmp_path / "long.png", solo(110), [], title="Long")
    draw(tmp_path / "short.png", solo(2), [], title="Short")
    assert titles == ["Long (the first 108 of 110 measures)", "Short"]
    height, width = imread(tmp_path / "long.png").shape[:2]
    assert (width, height) == (1440, round((0.7 + 12 * 1.75) * 120))


@pytest.mark.parametrize("title", ["$\\frac$", "a\udcff.mid"])
def test_any_files_name_may_be_in_the_title(title, tmp_path):
    draw(tmp_path / "roll.png", solo(2), [], title=title)
    assert (tmp_path / "roll.png").is_file()


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
    boxes = []
    write = Figure.savefig

    def measured(figure, *args, **options):
        write(figure, *args, **options)
        for axes in figure.axes:
            boxes.append([text.get_window_extent() for text in axes.texts])

    monkeypatch.setattr(Figure, "savefig", measured)
    draw(tmp_path / "roll.png", solo(36), symbols, title="Crowded")
    assert len(boxes) == 4
    for row in boxes:
        assert len(row) >= 16
        assert all(before.x1 < after.x0 for before, after in zip(row, row[1:], strict=False))


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


def test_an_unwritable_place_is_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot make the folder"):
        draw(tmp_path / "file" / "roll.png", solo(1), [], title="Nowhere")
