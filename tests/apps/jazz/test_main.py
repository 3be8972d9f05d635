"""`python -m apps.jazz`: what it writes, prints and refuses."""

import json
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from apps.jazz import __main__ as command
from music.audio import RING
from music.midi import parse_midi
from tests.apps import commands
from utils import bundle as bundles

run = partial(commands.run, command.main)
refusal = partial(commands.refusal, command.main)


def test_a_solo_is_music_sound_and_picture(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("--bundle", tiny, "--choruses", 3, "--tempo", 120, "--seed", 5, "--out", out) == 0
    printed = capsys.readouterr()
    assert printed.out.split("\n")[:-1] == [str(out / name) for name in ("solo.mid", "solo.wav", "solo.png")]
    assert printed.err.startswith("note: not given, and so chosen: key C\nnote: 6 measures, ")
    tracks = parse_midi((out / "solo.mid").read_bytes(), out / "solo.mid").tracks
    assert [track.name for track in tracks] == ["Solo", "Piano", "Bass", "Drums"]
    with wave.open(str(out / "solo.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (44100, 2, 2)
        assert sound.getnframes() / 44100 == pytest.approx(12.0 + RING, abs=0.05)
    assert (out / "solo.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_same_seed_gives_the_same_files(tiny: Path, tmp_path: Path) -> None:
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("improvise", "--bundle", tiny, "--seed", seed, "--out", tmp_path / folder, "--quiet")
    for name in ("solo.mid", "solo.wav", "solo.png"):
        first, again, other = ((tmp_path / folder / name).read_bytes() for folder in "abc")
        assert first == again
        assert first != other


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
