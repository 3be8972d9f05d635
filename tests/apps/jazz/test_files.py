"""The files a solo leaves: asked for before the work, whole or not at all."""

import argparse
import wave
from pathlib import Path

import pytest

from apps.jazz import files as jazz_files
from models.jazz.improviser import Improvisation
from utils.errors import UserError
from utils.music.harmony import Chord
from utils.music.score import Note, Part, Score


@pytest.fixture
def solo() -> Improvisation:
    melody = Note(0.0, 1.0, 69)
    score = Score((Part("Solo", (melody,), 26), Part("Piano", (Note(0.0, 2.0, 57),), channel=1)))
    return Improvisation(score, [[melody]], [(2.0, [Chord(0.0, (57, 60, 64))])])


def options(folder: Path, mp3: bool = False) -> argparse.Namespace:
    return argparse.Namespace(out=folder, mp3=mp3, soundfont=None)


def test_the_files_are_written_and_named(solo: Improvisation, tmp_path: Path) -> None:
    paths = list(jazz_files.write(solo, "a tune", options(tmp_path)))
    assert paths == [tmp_path / name for name in ("solo.mid", "solo.wav", "solo.png")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["solo.mid", "solo.png", "solo.wav"]
    with wave.open(str(tmp_path / "solo.wav")) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(1.0, abs=0.05)


def test_a_folder_in_the_way_leaves_the_file_there_was(solo: Improvisation, tmp_path: Path) -> None:
    (tmp_path / "solo.mid").write_text("old")
    (tmp_path / "solo.wav").mkdir()
    with pytest.raises(UserError, match=r"solo\.wav"):
        list(jazz_files.write(solo, "", options(tmp_path)))
    assert (tmp_path / "solo.mid").read_bytes()[:4] == b"MThd"
    assert not (tmp_path / "solo.png").exists()


def test_mp3_without_ffmpeg_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"solo\.mp3: MP3 needs the program ffmpeg"):
        jazz_files.check_wanted(True, None, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
