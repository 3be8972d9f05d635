"""All commands: their list, what they refuse, and that a first answer waits for no heavy import."""

import importlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from apps import __main__ as listing
from tests.apps import commands


def test_every_command_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert listing.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("python -m data")
    assert any(line.split("  ")[0] == "python -m apps.jazz" for line in lines)
    assert all(len(line.split("  ", 1)[1].strip()) > 10 for line in lines)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bulk dinos --input a.jsonl --ray a:1", "--ray needs --workers"),
        (
            "bulk dinos --input a.jsonl --workers 1 --processes 1",
            "expected --processes or --workers, got both",
        ),
        ("check", "the following arguments are required: FILE"),
        ("check absent.py", "cannot read absent.py: no such file or directory"),
        ("check marks.txt", "marks.txt: expected a .py file or an .ipynb notebook"),
        ("check .", "expected .py files or .ipynb notebooks, got none"),
        ("check a.py --exercise chess", "--exercise: invalid choice: 'chess'"),
        ("check a.py --language fr", "--language: invalid choice: 'fr'"),
        ("check a.py --seconds 0", "--seconds: expected 1 to 600, got 0"),
        ("compare --corpus absent.txt", "cannot read absent.txt: no such file or directory"),
        ("compare --task songs", "--task: invalid choice: 'songs'"),
        ("compare --parameters 9000000", "--parameters: expected 1 to 1000000, got 9000000"),
        ("compare --seeds 101", "--seeds: expected 1 to 100"),
        ("compare --seed 4294967295", "--seed: expected at most 4294967293 for 3 seeds"),
        ("compare --learning-rate nan", "--learning-rate: expected a number above 0"),
        ("compare --json .", "expected a file, got the folder ."),
        ("compare rnn", "unrecognized arguments: rnn"),
        ("dinos --start té", "start has 'é'; the network knows abc"),
        (f"dinos --start {'a' * 10_000}", "start: expected fewer than 50 characters, got 10000"),
        ("dinos --count 0", "expected 1 or more, got 0"),
        ("dinos --temperature nan", "expected a number above 0, got nan"),
        ("dinos --bundle nowhere", "there is no bundle at nowhere"),
        ("dinos train --units 5000", "expected 1 to 1024, got 5000"),
        ("dinos train --learning-rate 0", "expected a number above 0, got 0"),
        ("dinos train --corpus nowhere.txt", "cannot read nowhere.txt"),
        ("dinos train --resume --out nowhere", "there is no bundle at nowhere"),
        ("emojify 'I love you' --top 0", "--top"),
        ("emojify 'I love you' --engine keras", "unrecognized arguments: --engine"),
        ("emojify train --v1 --v2", "not allowed with argument"),
        ("emojify train --epochs 0", "--epochs"),
        ("emojify train --embedding learnt --v1", "an embedding is learnt without vectors: not for V1"),
        ("emojify train --embedding learnt --glove v.txt", "an embedding is learnt without vectors"),
        ("export", "APP"),
        ("export poems", "invalid choice: 'poems'"),
        ("export dinos", "expected --format safetensors"),
        ("export emojify --format safetensors --vocabulary 9", "without word vectors"),
        ("export jazz --vocabulary 5", "vocabulary is for emojify only: jazz reads no sentences"),
        ("export jazz --glove vectors.txt", "glove is for emojify only: jazz reads no sentences"),
        ("export jazz --bundle none", "there is no bundle at none: expected a folder with config.json and"),
        ("jazz --tempo -3", "--tempo: expected 20 to 400, got -3"),
        ("jazz --transpose 25", "--transpose: expected -24 to 24, got 25"),
        ("jazz --swing nan", "--swing: expected 1 to 4, got nan"),
        ("jazz --temperature 0", "--temperature: expected a number above 0, got 0"),
        ("jazz --choruses 1000", "--choruses: expected 1 to 100"),
        ("jazz --measures 8:24", "measures: expected 1-16, 17- or 5, counted from 1, got '8:24'"),
        (f"jazz --measures 4-{'9' * 5000}", "measures: expected 1-16, 17- or 5, counted from 1, got '4-99"),
        ("jazz --measures 0-8", "measures: expected a first of 1 or more and a last not before it, got 0-8"),
        ("jazz --measures 1-2", "--measures needs a piece: expected --midi FILE too"),
        ("jazz --answer 2", "--answer needs a piece: expected --midi FILE too"),
        ("jazz --seed x", "--seed: expected a whole number, got 'x'"),
        ("jazz --bundle nowhere", "there is no bundle at nowhere"),
        ("jazz --soundfont absent.sf2", "absent.sf2"),
        ("jazz --flute", "unrecognized arguments: --flute"),
        ("jazz perform", "unrecognized arguments: perform"),
        ("jazz --midi absent.mid", "cannot read absent.mid: no such file or directory"),
        ("jazz --midi .", ". is a folder"),
        ("jazz train --midi . --measures 1-2", "--measures is for one piece: expected one --midi FILE"),
        ("serve --port 65536", "expected 0 to 65535, got 65536"),
        ("serve --threads 257", "expected 1 to 256, got 257"),
        ("serve --timeout 0", "expected a number above 0, got 0"),
        ("serve --max-rows 0", "expected 1 or more, got 0"),
        ("shakespeare complete love --temperature 0", "--temperature: expected a number above 0, got 0"),
        ("shakespeare complete love --top-p 1.5", "--top-p: expected above 0 and at most 1, got 1.5"),
        ("shakespeare complete love --length 1000001", "--length: expected 1 to 1000000, got 1000001"),
        ("shakespeare complete love --count 2000", "--count: expected 1 to 1024, got 2000"),
        ("shakespeare complete love --state solid", "--state: invalid choice: 'solid'"),
        ("shakespeare complete love --bundle nowhere", "there is no bundle at nowhere: "),
        ("shakespeare complete love --bundle x.h5", "cannot read "),
        ("shakespeare train --bundle b --steps 3", "with --bundle use --epochs"),
        ("shakespeare train --epochs 3", "from nothing use --steps"),
        ("studio --port 65536", "expected 0 to 65535, got 65536"),
        ("studio --host 0.0.0.0", "name what they type in the address bar with --allow-host NAME"),
        ("studio --allow-host", "expected at least one argument"),
        ("studio a.mid", "unrecognized arguments: a.mid"),
    ],
    ids=lambda text: text[:40],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    line: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(line)
    main = importlib.import_module(f"apps.{name}.__main__").main
    error = commands.refusal(main, *arguments)
    assert message in error and "\n" not in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "heavy"),
    [
        ("jazz --help", {"numpy", "tensorflow", "matplotlib", "rich"}),
        ("check --help", {"numpy", "tensorflow", "matplotlib", "rich"}),
        ("check absent.py", {"tensorflow", "keras", "matplotlib", "rich"}),
        ("dinos --help", {"numpy", "tensorflow", "matplotlib", "rich"}),
        ("jazz --seed 1 --quiet", {"tensorflow", "keras", "music21"}),
        ("dinos --seed 1", {"tensorflow", "keras", "matplotlib", "pooch"}),
        ("shakespeare complete love --length 1 --quiet", {"tensorflow", "keras", "matplotlib"}),
        ("emojify 'I love you' --quiet", {"tensorflow", "keras", "matplotlib"}),
        ("compare --corpus absent.txt", {"tensorflow", "keras", "matplotlib", "rich"}),
    ],
)
def test_a_first_answer_imports_nothing_heavy(line: str, heavy: set[str], root: Path, tmp_path: Path) -> None:
    """And takes less than a second of the processor's time, but for sound; the clock's counts other load."""
    name, *arguments = shlex.split(line)
    code = (
        "import os, sys\nfrom utils.errors import UserError\n"
        f"from apps.{name}.__main__ import main\n"
        f"try:\n    main({arguments})\nexcept (SystemExit, UserError):\n    pass\n"
        f"print(sum(os.times()[:2]), sorted({heavy} & set(sys.modules)), sep='\\n')"
    )
    environment = os.environ | {"PYTHONPATH": str(root), "XDG_CACHE_HOME": str(tmp_path)}
    seconds = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
        *_, time, imported = done.stdout.splitlines()
        assert imported == "[]"
        seconds.append(float(time))
        if seconds[-1] < 1 or name == "jazz":
            return
    assert min(seconds) < 1
