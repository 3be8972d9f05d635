"""The verb train: the bundle and its metrics, and what is not resumed."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from apps.shakespeare import __main__ as command
from data import __main__ as data
from data import sonnets
from models import shakespeare
from tests.models.shakespeare.poems import network
from utils import bundle
from utils.errors import UserError


@pytest.fixture
def verse(tmp_path: Path) -> Path:
    path = tmp_path / "verse.txt"
    path.write_text(sonnets.verses().text[:3000], encoding="utf-8")
    return path


def train(*arguments: object) -> int:
    return command.main(["train", *map(str, arguments)])


@pytest.mark.slow
def test_training_from_nothing_writes_a_bundle_with_its_metrics(
    verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert train("--corpus", verse, "--steps", 3, "--out", out, "--seed", 5) == 0
    printed = capsys.readouterr()
    assert "note: training on verse.txt, 3000 characters, the last tenth held out\n" in printed.err
    first, *samples, kept, held_out, folder, picture, use = printed.out.splitlines()
    assert first.startswith("epoch 1  loss 3.") and "  val_loss 3." in first
    assert [line[:8] for line in samples] == ["  at 0.5", "  at 0.7", "  at 1.0"]
    assert kept.startswith("kept epoch 1 of 1, val_loss 3.") and kept.endswith(": all epochs are done")
    assert use == f"write with it: python -m apps.shakespeare complete --bundle {out}"
    assert held_out.startswith("held out: 3.")
    assert held_out.endswith("with the state carried (87 windows)")
    assert (folder, picture) == (str(out), str(out / "loss.png"))
    found = bundle.load(out, "shakespeare")
    symbols = sorted(symbol for symbol, count in Counter(verse.read_text()).items() if count > 1)
    assert found.vocabulary.symbols[: len(symbols)] == tuple(symbols)
    assert set(found.vocabulary.symbols[len(symbols) :]) <= {"\ufffd"}
    assert found.architecture["state"] == "carried"
    assert not found.optimizer()
    assert found.training["characters"] == 2700
    assert found.training["held_out"]["characters"] == 300
    assert (found.training["stages"][0]["steps_per_epoch"], found.training["seed"]) == (3, 5)
    assert sorted(path.name for path in out.iterdir()) == ["config.json", "loss.png", "weights.npz"]


@pytest.mark.slow
def test_fine_tuning_reads_every_window_of_the_first_nine_tenths(
    verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, out = tmp_path / "start", tmp_path / "out"
    bundle.save(network("window", "hard_sigmoid"), start)
    assert train("--bundle", start, "--corpus", verse, "--out", out, "--quiet", "--epochs", 2) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line[:13] for line in printed[:2]] == ["epoch 1  loss", "epoch 2  loss"]
    found = bundle.load(out, "shakespeare")
    assert found.architecture == network("window", "hard_sigmoid").architecture
    assert (found.training["characters"], found.training["held_out"]["windows"]) == (2700, 87)
    before = network().weights
    assert not any(np.array_equal(found.weights[name], before[name]) for name in before)


@pytest.mark.slow
def test_a_finished_training_is_prolonged_and_another_is_not_resumed(verse: Path, tmp_path: Path) -> None:
    line = ["--corpus", verse, "--out", tmp_path / "out", "--quiet"]
    assert train(*line, "--fold", "--steps", 3) == 0
    with pytest.raises(UserError, match="has another (data_sha256|vocabulary|characters)"):
        train(*line, "--resume", "--epochs", 2)
    with pytest.raises(UserError, match="has another architecture"):
        train(*line, "--fold", "--units", 12, "--resume", "--epochs", 2)
    with pytest.raises(UserError, match="out holds a network"):
        train(*line, "--fold")
    again = [*line, "--fold", "--resume", "--epochs", 2]
    assert train(*again, "--steps", 3, "--rate", 0.001) == 0
    found = bundle.load(tmp_path / "out", "shakespeare").training
    assert (found["epochs"], len(found["history"]["val_loss"])) == (2, 2)
    assert [stage["learning_rate"] for stage in found["stages"]] == [0.004, 0.001]


def test_a_bundle_is_no_training_to_resume(verse: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no bundle at "):
        train("--corpus", verse, "--out", tmp_path / "out", "--resume")
    bundle.save(network(), tmp_path / "out")
    with pytest.raises(UserError, match="has the seed None"):
        train("--corpus", verse, "--out", tmp_path / "out", "--resume")


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["from nothing", "fine-tuning"])
def test_a_prepared_corpus_trains_the_same_network_as_its_text(
    verb: str, verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared, start = tmp_path / "verse.idx", tmp_path / "start"
    fold = ["--fold"] if verb == "fine-tuning" else []
    assert data.main(["prepare", str(verse), "--out", str(prepared), *fold]) == 0
    bundle.save(network("carried"), start)
    line = {"from nothing": ["--steps", 3], "fine-tuning": ["--bundle", start]}[verb]
    outs = []
    for number, corpus in enumerate((verse, prepared)):
        assert train(*line, "--corpus", corpus, "--out", tmp_path / str(number), "--seed", 1) == 0
        outs.append(bundle.load(tmp_path / str(number), "shakespeare"))
    assert "verse.idx, 3000 characters, the last tenth held out" in capsys.readouterr().err
    text, mapped = outs
    assert all(np.array_equal(text.weights[name], mapped.weights[name]) for name in text.weights)
    for name in ("history", "held_out", "data_sha256"):
        assert text.training[name] == mapped.training[name]


def test_a_corpus_cut_short_trains_nothing(verse: Path, tmp_path: Path) -> None:
    prepared = tmp_path / "verse.idx"
    assert data.main(["prepare", str(verse), "--out", str(prepared), "--quiet"]) == 0
    prepared.write_bytes(prepared.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"verse.idx has \d+ bytes, expected \d+: it was cut short"):
        train("--corpus", prepared, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


CHINESE = "\u5c0f\u732b\u770b\u89c1\u4e00\u672c\u4e66\u3002\n"
RUSSIAN = "\u041d\u043e\u0447\u043d\u043e\u0439 \u043f\u043e\u0435\u0437\u0434 \u0436\u0434\u0451\u0442.\n"


@pytest.mark.parametrize("text", [CHINESE, RUSSIAN, "if xs[2] >= 0x1F:\treturn {k: v**2}\n"])
def test_a_text_that_a_network_cannot_read_is_refused(text: str, tmp_path: Path) -> None:
    corpus, start = tmp_path / "own.txt", tmp_path / "start"
    corpus.write_text(text * 200, encoding="utf-8")
    bundle.save(network(), start)
    for line, way_out in (
        (["--bundle", start], f"expected at most 5%; train a network of its own: .* --corpus {corpus}"),
        (["--fold"], "expected at most 5%; leave out --fold"),
    ):
        with pytest.raises(UserError, match=f"own.txt: .*{way_out}|own.txt has no letter"):
            train("--corpus", corpus, *line, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            ["--bundle", "START", "--units", 12],
            "--units goes from nothing: the network of --bundle has",
        ),
        (["--bundle", "START", "--lines"], "--lines goes from nothing"),
        (["--epochs", 2], "--epochs goes with --bundle or --resume"),
        (["--layers", 3, "--units", 1024], "the network would have .* weights, expected at most 6000000"),
        (["--encoding", "hex"], "encoding: expected a name such as"),
        (["--length", 900], "expected 9010 characters or more, got 3000"),
    ],
)
def test_what_does_not_go_together_is_refused(
    line: list[object], message: str, verse: Path, tmp_path: Path
) -> None:
    bundle.save(network(), tmp_path / "START")
    given = [tmp_path / word if word == "START" else word for word in line]
    with pytest.raises(UserError, match=message):
        train("--corpus", verse, *given, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_network_of_lines_writes_whole_lines_of_any_script(tmp_path: Path) -> None:
    """Its symbols are the corpus's own, in case; a symbol that occurs once is never drawn."""
    corpus, out = tmp_path / "titles.txt", tmp_path / "out"
    titles = [
        f"{first} {last}"
        for first in ("\u041d\u043e\u0447\u044c", "Caf\u00e9", "\u732b")
        for last in ("I", "II", "III")
    ]
    corpus.write_text("\n".join(titles * 40) + "\n\u2603\n", encoding="utf-8")
    line = ["--lines", "--cell", "gru", "--layers", 1, "--units", 48, "--steps", 200, "--length", 16]
    line += ["--rate", 0.01]
    assert train("--corpus", corpus, *line, "--out", out, "--quiet") == 0
    model = shakespeare.load(out)
    assert model.vocabulary.symbols[-1] == "\ufffd" and "\u2603" not in model.vocabulary
    written = model.complete_all([""] * 20, temperature=0.5, seed=1)
    assert sum(title.strip() in titles for title in written) >= 15
