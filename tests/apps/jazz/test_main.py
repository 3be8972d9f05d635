"""`python -m apps.jazz`: what it writes, prints and refuses."""

import json
import subprocess
import sys
import wave
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from apps.jazz import __main__ as command
from tests.apps import commands
from utils import bundle as bundles
from utils.music.midi import parse_midi

run = partial(commands.run, command.main)
refusal = partial(commands.refusal, command.main)


def test_a_solo_is_music_sound_and_picture(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("--bundle", tiny, "--choruses", 3, "--tempo", 120, "--seed", 5, "--out", out) == 0
    printed = capsys.readouterr()
    assert printed.out.split("\n")[:-1] == [str(out / name) for name in ("solo.mid", "solo.wav", "solo.png")]
    assert printed.err.startswith("note: 6 measures, ")
    tracks = parse_midi((out / "solo.mid").read_bytes(), out / "solo.mid").tracks
    assert [track.name for track in tracks] == ["Solo", "Piano", "Bass", "Drums"]
    with wave.open(str(out / "solo.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (44100, 2, 2)
        assert sound.getnframes() / 44100 == pytest.approx(12.0, abs=0.05)
    assert (out / "solo.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_same_seed_gives_the_same_files(tiny: Path, tmp_path: Path) -> None:
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("improvise", "--bundle", tiny, "--seed", seed, "--out", tmp_path / folder, "--quiet")
    for name in ("solo.mid", "solo.wav", "solo.png"):
        first, again, other = ((tmp_path / folder / name).read_bytes() for folder in "abc")
        assert first == again
        assert first != other


def test_both_engines_play_the_same(tiny: Path, tmp_path: Path) -> None:
    for engine in ("numpy", "keras"):
        run("--bundle", tiny, "--engine", engine, "--seed", 3, "--out", tmp_path / engine, "--quiet")
    midis = [(tmp_path / engine / "solo.mid").read_bytes() for engine in ("numpy", "keras")]
    assert midis[0] == midis[1]


def test_the_chords_of_another_piece(
    tiny: Path, tune: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--bundle", tiny, "--midi", tune, "--measures", "2-4", "--seed", 1, "--out", tmp_path)
    stderr = capsys.readouterr().err
    assert "eine Übung.mid: melody from track 1 'Lead', chords from track 2 'Keys', measures 2-4" in stderr
    assert "3 measures" in stderr


def test_a_drawn_seed_is_reported(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--bundle", tiny, "--out", tmp_path / "a")
    seed = capsys.readouterr().err.split("seed ")[1].split()[0]
    run("--bundle", tiny, "--seed", seed, "--out", tmp_path / "b", "--quiet")
    assert (tmp_path / "a" / "solo.mid").read_bytes() == (tmp_path / "b" / "solo.mid").read_bytes()


def test_the_default_answers_without_tensorflow(root: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom apps.jazz import __main__ as jazz\n"
        f"jazz.main(['--seed', '1', '--quiet', '--out', {str(tmp_path)!r}])\n"
        "print(sorted({'tensorflow', 'keras', 'music21'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_imports_nothing_that_takes_time(root: Path) -> None:
    code = (
        "import sys\nfrom apps.jazz import __main__ as jazz\n"
        "try:\n    jazz.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'numpy', 'tensorflow', 'matplotlib', 'rich'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "improvise" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tempo", "-3"], "--tempo: expected 20 to 400, got -3"),
        (["--tempo", "1e9"], "--tempo: expected 20 to 400"),
        (["--temperature", "0"], "--temperature: expected a number above 0, got 0"),
        (["--transpose", "25"], "--transpose: expected -24 to 24, got 25"),
        (["--swing", "nan"], "--swing: expected 1 to 4, got nan"),
        (["--temperature", "nan"], "--temperature: expected a number above 0"),
        (["--choruses", "0"], "--choruses: expected 1 to 100, got 0"),
        (["--choruses", "1000"], "--choruses: expected 1 to 100"),
        (["--measures", "8:24"], "measures: expected 1-16, 17- or 5, counted from 1, got '8:24'"),
        (["--measures", f"4-{'9' * 5000}"], "measures: expected 1-16, 17- or 5, counted from 1, got '4-99"),
        (["--measures", "0-8"], "measures: expected a first of 1 or more and a last not before it, got 0-8"),
        (["--measures", "1-2"], "--measures needs a piece: expected --midi FILE too"),
        (["--seed", "x"], "--seed: expected a whole number, got 'x'"),
        (["--bundle", "nowhere"], "there is no bundle at nowhere"),
        (["--soundfont", "absent.sf2"], ""),
        (["--flute"], "unrecognized arguments: --flute"),
        (["perform"], "unrecognized arguments: perform"),
        (["--midi", "absent.mid"], "cannot read absent.mid: no such file or directory"),
        (["--midi", "."], ". is a folder"),
    ],
)
def test_bad_options_get_one_line_and_leave_nothing(
    arguments: Sequence[str], message: str, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    line = refusal("improvise", "--bundle", tiny, "--out", out, "--seed", 1, *arguments)
    assert message in line
    assert "\n" not in line
    assert not out.exists() or not list(out.iterdir())


@pytest.mark.parametrize(
    "chord_sets",
    [
        None,
        [],
        [[4.0, []]],
        [[4.0, [[5.0, [60]]]]],
        [[4.0, [[0.0, [200]]]]],
        [[4.0, [[0.0, []]]]],
        [[0, [[0.0, [60]]]]],
        [[4.0, 7]],
        [[4.0, [[0.0, [60]]]]] * 2001,
        "x",
    ],
)
def test_a_bundle_with_bad_chords_is_refused(tiny: Path, chord_sets: object, tmp_path: Path) -> None:
    path = tiny / bundles.CONFIG
    config = json.loads(path.read_text())
    config["chord_sets"] = chord_sets
    path.write_text(json.dumps(config))
    options = ("--bundle", tiny, "--seed", 1, "--out", tmp_path / "out")
    assert "chord_sets" in refusal(*options)


@pytest.mark.course_data("original_metheny.mid")
def test_the_course_solo_is_played_over(
    tiny: Path, course_file: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--bundle", tiny, "--midi", course_file("original_metheny.mid"), "--seed", 1, "--out", tmp_path)
    assert capsys.readouterr().err.startswith("note: 18 measures, ")
