"""The jazz command, as a person types it: what it writes, what it says, what it refuses."""

import json
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from apps import jazz as command
from models.jazz_training import Trainer
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.music.midi import read_midi
from utils.music.midi_writer import to_midi
from utils.music.score import Note, Part, Score
from utils.vocabulary import Vocabulary

TOKENS = ["C,0.250", "C,0.500,<P4,m-2>", "S,0.250,<m2,P-4>", "S,0.333,<M3,d-3>"]
PITCHES = (62, 65, 69, 67, 64, 60, 59, 57, 64, 71)
MELODY = Part("Lead", tuple(Note(0.5 * step, 0.5, PITCHES[step % 10]) for step in range(40)))
KEYS = Part("Keys", tuple(Note(4.0 * bar, 4.0, p) for bar in range(5) for p in (50, 53, 57, 60)), channel=1)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A bundle of a small untrained network, made without TensorFlow."""
    generator = np.random.default_rng(0)
    shapes = {
        "lstm_1/kernel": (4, 20),
        "lstm_1/recurrent_kernel": (5, 20),
        "lstm_1/bias": (20,),
        "dense/kernel": (5, 4),
        "dense/bias": (4,),
    }
    weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    chord_sets = [[4.0, [[0.0, [50, 53, 57, 60]], [2.0, [55, 59, 62, 65]]]], [4.0, [[0.0, [48, 52, 55, 59]]]]]
    extra = {"piece": "two chords", "chord_sets": chord_sets}
    folder = tmp_path / "bundle of two"
    bundles.save(Bundle("jazz", {"n_a": 5, "n_values": 4}, Vocabulary(TOKENS), weights, {}, extra), folder)
    return folder


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    path = tmp_path / "eine Übung.mid"
    path.write_bytes(to_midi(Score((MELODY, KEYS))))
    return path


def run(*arguments: object) -> int:
    return command.main([str(argument) for argument in arguments])


def refusal(*arguments: object) -> str:
    with pytest.raises(UserError) as caught:
        run(*arguments)
    assert caught.value.exit_code == 2
    return str(caught.value)


def process(root: Path, *arguments: object, **options: object) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "apps.jazz", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(line, cwd=root, **{**pipes, **options})  # type: ignore[call-overload,no-any-return]


def test_a_solo_is_music_sound_and_picture(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("--bundle", tiny, "--choruses", 3, "--tempo", 120, "--seed", 5, "--out", out) == 0
    said = capsys.readouterr()
    assert said.out.split("\n")[:-1] == [str(out / name) for name in ("solo.mid", "solo.wav", "solo.png")]
    assert said.err.startswith("note: 6 measures, ")
    tracks = read_midi(out / "solo.mid").tracks
    assert [track.name for track in tracks] == ["Solo", "Piano"]
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
    run("--bundle", tiny, "--midi", tune, "--measures", "1:4", "--seed", 1, "--out", tmp_path)
    said = capsys.readouterr().err
    assert "eine Übung.mid: melody from track 1 'Lead', chords from track 2 'Keys', measures 1:4" in said
    assert "3 measures" in said


def test_a_drawn_seed_is_said(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--bundle", tiny, "--out", tmp_path / "a")
    seed = capsys.readouterr().err.split("seed ")[1].split()[0]
    run("--bundle", tiny, "--seed", seed, "--out", tmp_path / "b", "--quiet")
    assert (tmp_path / "a" / "solo.mid").read_bytes() == (tmp_path / "b" / "solo.mid").read_bytes()


def test_the_default_answers_without_tensorflow(root: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom apps import jazz\n"
        f"jazz.main(['--seed', '1', '--quiet', '--out', {str(tmp_path)!r}])\n"
        "print(sorted({'tensorflow', 'keras', 'music21'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_imports_nothing_that_takes_time(root: Path) -> None:
    code = (
        "import sys\nfrom apps import jazz\n"
        "try:\n    jazz.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'numpy', 'tensorflow', 'matplotlib', 'rich'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "improvise" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tempo", "-3"], "--tempo: must be a number above 0, got -3"),
        (["--tempo", "1e9"], "--tempo: must be 20 to 400"),
        (["--temperature", "0"], "--temperature: must be a number above 0, got 0"),
        (["--temperature", "-1"], "--temperature: must be a number above 0"),
        (["--temperature", "nan"], "--temperature: must be a number above 0"),
        (["--choruses", "0"], "--choruses: must be 1 or more"),
        (["--choruses", "1000"], "--choruses: must be 1 to 100"),
        (["--measures", "4-8"], "--measures: must look like 8:24"),
        (["--measures", "1:2"], "--measures says what to take from a piece: give --midi FILE too"),
        (["--seed", "x"], "--seed: must be a whole number, got 'x'"),
        (["--bundle", "nowhere"], "there is no bundle at nowhere"),
        (["--soundfont", "absent.sf2"], ""),
        (["--flute"], "unrecognized arguments: --flute"),
        (["perform"], "unrecognized arguments: perform"),
        (["--midi", "absent.mid"], "cannot read absent.mid: no such file or directory"),
        (["--midi", "."], ". is a folder"),
    ],
)
def test_bad_options_get_one_line_and_leave_nothing(
    arguments: Sequence[str], said: str, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    message = refusal("improvise", "--bundle", tiny, "--out", out, "--seed", 1, *arguments)
    assert said in message
    assert "\n" not in message
    assert not out.exists() or not list(out.iterdir())


def test_an_output_that_cannot_be_written_is_refused_at_once(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert "file/out" in refusal("--bundle", tiny, "--out", tmp_path / "file" / "out")
    assert (tmp_path / "file").read_text() == "mine"


def test_mp3_without_ffmpeg_is_refused_at_once(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "ffmpeg" in refusal("--bundle", tiny, "--mp3", "--out", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    "chord_sets",
    [
        None,
        [],
        [[4.0, []]],
        [[4.0, [[5.0, [60]]]]],
        [[4.0, [[0.0, [200]]]]],
        [[0, [[0.0, [60]]]]],
        [[4.0, 7]],
        "x",
    ],
)
def test_a_bundle_with_bad_chords_is_refused(tiny: Path, chord_sets: object, tmp_path: Path) -> None:
    path = tiny / bundles.CONFIG
    config = json.loads(path.read_text())
    config["chord_sets"] = chord_sets
    path.write_text(json.dumps(config))
    assert "bundle of two" in refusal("--bundle", tiny, "--seed", 1, "--out", tmp_path / "out")


def test_training_writes_a_bundle_and_a_curve_and_goes_on(
    tune: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "learnt"
    assert run("train", "--midi", tune, "--epochs", 2, "--out", out, "--quiet") == 0
    assert capsys.readouterr().out == f"{out}\n"
    first = bundles.load(out, "jazz")
    assert first.training["epochs"] == 2
    assert (out / "loss.png").exists()
    assert run("train", "--midi", tune, "--epochs", 4, "--out", out, "--resume", "--quiet") == 0
    second = bundles.load(out, "jazz")
    assert second.training["losses"][:2] == first.training["losses"]
    assert second.training["losses"][3] < second.training["losses"][0]
    assert run("train", "--midi", tune, "--epochs", 4, "--out", out, "--resume", "--quiet") == 0
    assert bundles.load(out, "jazz").training == second.training
    assert run("--bundle", out, "--seed", 1, "--out", tmp_path / "solo", "--quiet") == 0


def test_resuming_with_another_solo_or_size_is_refused(tune: Path, tiny: Path, tmp_path: Path) -> None:
    message = refusal("train", "--midi", tune, "--resume", "--out", tiny, "--quiet")
    assert "knows 4 tokens" in message
    assert "--resume needs the solo it was trained on" in message
    assert "no bundle at" in refusal("train", "--midi", tune, "--resume", "--out", tmp_path / "none")


def test_an_exploding_loss_keeps_the_epochs_before_it(
    tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([9.0, 8.0, float("nan")])
    monkeypatch.setattr(Trainer, "epoch", lambda self, number: next(losses))
    with pytest.raises(UserError, match="the loss of epoch 3 is nan") as caught:
        run("train", "--midi", tune, "--epochs", 5, "--out", tmp_path / "b", "--quiet")
    assert caught.value.exit_code == 1
    assert bundles.load(tmp_path / "b", "jazz").training["losses"] == [9.0, 8.0]


@pytest.mark.slow
def test_ctrl_c_keeps_the_epochs_done(tune: Path, tmp_path: Path, root: Path) -> None:
    out = tmp_path / "b"
    running = process(root, "train", "--midi", tune, "--epochs", 100000, "--out", out)
    deadline = time.monotonic() + 120
    while not (out / bundles.CONFIG).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    done = bundles.load(out, "jazz").training["epochs"]
    assert f"note: stopped after {done} epochs, which are kept; go on with --resume\n" in said
    assert "Traceback" not in said
    assert "oneDNN" not in said
    assert (out / "loss.png").exists()


def test_a_reader_that_goes_away_ends_it_quietly(tiny: Path, tmp_path: Path, root: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    arguments = ("--bundle", tiny, "--seed", 1, "--quiet", "--out", tmp_path / "out")
    running = process(root, *arguments, stdout=write)
    os.close(write)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (0, "")


@pytest.mark.course_data("original_metheny.mid")
def test_the_course_solo_is_played_over(
    tiny: Path, course_file: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--bundle", tiny, "--midi", course_file("original_metheny.mid"), "--seed", 1, "--out", tmp_path)
    assert capsys.readouterr().err.startswith("note: 18 measures, ")
