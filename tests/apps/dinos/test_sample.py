"""Training, resuming and exploding, behind the flags of apps.dinos."""

import json

import numpy as np
import pytest

from apps.dinos import __main__ as dinos
from data import dinosaurs
from models.dinos import training as dinos_training
from models.dinos.training import Training, check_bundle
from utils import bundle as bundles
from utils.errors import UserError


@pytest.fixture
def names(tmp_path):
    """A short list of names in a file."""
    path = tmp_path / "names.txt"
    path.write_text("\n".join(dinosaurs.bundled().names[:40]))
    return path


def train(names, out, *arguments):
    return dinos.main(
        ["train", "--data", str(names), "--out", str(out), "--units", "10", "--quiet", *arguments]
    )


def test_train_prints_as_the_course_does_and_leaves_bundle_and_curve(names, tmp_path, capsys):
    out = tmp_path / "bundle"
    assert train(names, out, "--iterations", "2001") == 0
    lines = capsys.readouterr().out.splitlines()
    reports = [line for line in lines if line.startswith("Iteration: ")]
    assert [line.split(",")[0] for line in reports] == ["Iteration: 0", "Iteration: 2000"]
    assert len(lines) == 2 * (2 + 7 + 1) + 2
    assert lines[-2:] == [str(out), str(out / "loss.png")]
    assert (out / "loss.png").read_bytes().startswith(b"\x89PNG")
    bundle = bundles.load(out, "dinos")
    assert bundle.training["iterations"] == 2001
    assert len(bundle.training["losses"]) == 21
    assert dinos.main(["--bundle", str(out), "--seed", "1", "--quiet"]) == 0


def test_without_data_the_courses_or_the_bundled_names_are_learnt(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("data.catalogue.locate", lambda name, data_dir=None: None)
    assert dinos.main(["train", "--out", str(tmp_path), "--iterations", "3"]) == 0
    count = len(dinosaurs.bundled().names)
    assert f"training on the bundled names: {count} names" in capsys.readouterr().err


def test_stopped_and_resumed_is_bit_for_bit_the_uninterrupted_run(names, tmp_path, monkeypatch):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    train(names, whole, "--iterations", "300")
    step = Training.step

    def interrupted(training):
        if training.state.iteration == 123:
            raise KeyboardInterrupt
        step(training)

    monkeypatch.setattr(Training, "step", interrupted)
    assert train(names, stopped, "--iterations", "300") == 130
    monkeypatch.undo()
    assert bundles.load(stopped, "dinos").training["iterations"] == 123
    assert train(names, stopped, "--iterations", "300", "--resume") == 0
    assert (stopped / "weights.npz").read_bytes() == (whole / "weights.npz").read_bytes()
    assert (stopped / "loss.png").read_bytes() == (whole / "loss.png").read_bytes()
    configs = [json.loads((folder / "config.json").read_text()) for folder in (whole, stopped)]
    for config in configs:
        del config["training"]["seconds"]
    assert configs[0] == configs[1]


def test_resume_takes_sizes_rate_and_seed_from_the_bundle(names, tmp_path):
    out = tmp_path / "bundle"
    train(names, out, "--iterations", "5", "--seed", "9", "--learning-rate", "0.02")
    assert (
        dinos.main(
            ["train", "--data", str(names), "--out", str(out), "--iterations", "8", "--resume", "--quiet"]
        )
        == 0
    )
    bundle = bundles.load(out, "dinos")
    assert bundle.architecture["n_a"] == 10
    assert bundle.training["iterations"] == 8
    assert bundle.training["learning_rate"] == 0.02
    assert bundle.training["seed"] == 9


def test_resume_of_what_is_done_changes_nothing(names, tmp_path):
    out = tmp_path / "bundle"
    train(names, out, "--iterations", "20")
    before = (out / "weights.npz").read_bytes()
    assert train(names, out, "--iterations", "10", "--resume") == 0
    assert (out / "weights.npz").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("a\nb", [], r"knows \d+ characters, and names.txt has 3 others; --resume needs the names"),
        (None, ["--units", "11"], "has 10 hidden units, and --units asks for 11"),
        (None, ["--seed", "4"], "was begun with seed None, not 4"),
        ("again", [], "was trained on another list of names"),
    ],
)
def test_resume_of_another_run_is_refused_in_plain_words(names, tmp_path, content, arguments, message):
    out = tmp_path / "bundle"
    train(names, out, "--iterations", "5")
    before = (out / "weights.npz").read_bytes()
    if content == "again":  # the same letters, another order
        names.write_text("\n".join(reversed(names.read_text().split())))
    elif content:
        names.write_text(content)
    with pytest.raises(UserError, match=message):
        train(names, out, "--resume", *arguments)
    assert (out / "weights.npz").read_bytes() == before


def test_resume_without_a_bundle_and_with_a_broken_one(names, tmp_path):
    out = tmp_path / "bundle"
    with pytest.raises(UserError, match="there is no bundle at"):
        train(names, out, "--resume")
    train(names, out, "--iterations", "5")
    content = bytearray((out / "weights.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (out / "weights.npz").write_bytes(content)
    for arguments in (["train", "--resume", "--data", str(names), "--out"], ["sample", "--bundle"]):
        with pytest.raises(UserError, match="does not have the checksum"):
            dinos.main([*arguments, str(out)])


def test_an_exploding_run_stops_with_one_line_and_keeps_good_weights(names, tmp_path, capsys):
    out = tmp_path / "bundle"
    train(names, out, "--iterations", "150")
    with pytest.raises(UserError, match="exploded at iteration .*keeps the good weights of iteration 1") as e:
        train(names, out, "--resume", "--iterations", "5000", "--learning-rate", "2")
    assert e.value.exit_code == 1
    assert "smaller --learning-rate" in str(e.value)
    bundle = bundles.load(out, "dinos")
    assert bundle.training["nats_a_symbol"] < np.log(27) + dinos_training.HEALTHY
    check_bundle(bundle, out)
    assert train(names, out, "--resume", "--iterations", "300", "--learning-rate", "0.01") == 0


def test_a_one_character_list_and_a_very_long_name_are_trained_on(tmp_path, capsys):
    path = tmp_path / "names.txt"
    for content in ("a", "ab" * 5000):
        path.write_text(content)
        assert train(path, tmp_path / "bundle", "--iterations", "4") == 0
        assert dinos.main(["--bundle", str(tmp_path / "bundle"), "--seed", "1", "--quiet"]) == 0


def test_a_bundle_with_nan_in_its_weights_samples_nothing(names, tmp_path):
    out = tmp_path / "bundle"
    train(names, out, "--iterations", "5")
    bundle = bundles.load(out, "dinos")
    bundle.weights["Waa"] = np.full_like(bundle.weights["Waa"], np.nan)
    bundles.save(bundle, out)
    with pytest.raises(UserError, match="Waa with values that are not finite numbers"):
        dinos.main(["--bundle", str(out)])


def test_the_pretrained_bundle_learnt_the_bundled_names(root):
    bundle = bundles.load(dinos.PRETRAINED, "dinos")
    check_bundle(bundle, dinos.PRETRAINED)
    assert bundle.extra["names"] == list(dinosaurs.bundled().names)
    assert bundle.training["nats_a_symbol"] < 1.7
    readme = (root / "pretrained" / "dinos" / "README.md").read_text(encoding="utf-8")
    assert f"{bundle.training['iterations']:,}" in readme
    assert f"{bundle.training['nats_a_symbol']:.2f}" in readme
