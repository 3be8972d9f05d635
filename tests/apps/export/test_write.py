"""What the export command writes, and when it writes nothing."""

import errno
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from apps.export import __main__ as export
from apps.export import verify, write
from tests.apps.export import exports
from utils import bundle as bundles
from utils.errors import UserError


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports are verified in this process, which saves imports of TensorFlow."""
    monkeypatch.setattr(verify, "in_new_process", verify.call_export)


def test_an_export_has_the_layout_that_servers_load(exported: Path) -> None:
    for app in exports.WRITERS:
        assert [path.name for path in (exported / app).iterdir()] == ["1"]
        assert (exported / app / "1" / "saved_model.pb").is_file()
        assert (exported / app / "1" / "variables" / "variables.index").is_file()
        assert (exported / app / "1").stat().st_mode & 0o444 == 0o444


@pytest.mark.usefixtures("in_this_process")
def test_versions_count_up_and_unfinished_exports_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "jazz"
    for name in ("1", "9", "10", ".unfinished-xyz/variables"):
        (folder / name).mkdir(parents=True)
    bundle = exports.write_jazz(tmp_path / "bundle")
    assert write.export("jazz", str(tmp_path / "out"), bundle=str(bundle)) == folder / "11"
    assert sorted(path.name for path in folder.iterdir()) == ["1", "10", "11", "9"]
    assert (folder / "11" / "saved_model.pb").is_file()


def test_an_export_that_fails_its_check_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_token(request: verify.Request) -> verify.Report:
        assert Path(request["path"], "saved_model.pb").is_file()
        report = verify.call_export(request)
        report["outputs"][0]["tokens"]["values"][3] = "C,9.000"
        report["repeated_outputs"] = report["outputs"]
        return report

    monkeypatch.setattr(verify, "in_new_process", other_token)
    bundle = exports.write_jazz(tmp_path / "bundle")
    with pytest.raises(UserError, match="serving_default tokens of the export differs") as caught:
        write.export("jazz", tmp_path / "out", bundle=bundle)
    assert caught.value.exit_code == 1
    assert list((tmp_path / "out" / "jazz").iterdir()) == []


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "x; No space left on device"), UserError("x", 1)]
)
def test_a_stopped_export_leaves_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def stop(module: Any, path: str, **_: Any) -> None:
        Path(path, "saved_model.pb").touch()
        raise error

    monkeypatch.setattr(tf.saved_model, "save", stop)
    bundle = exports.write_jazz(tmp_path / "bundle")
    with pytest.raises((KeyboardInterrupt, UserError)) as caught:
        write.export("jazz", tmp_path / "out", bundle=bundle)
    if isinstance(error, OSError):
        assert str(caught.value) == f"cannot write {tmp_path / 'out' / 'jazz'}: no space left on device"
    assert list((tmp_path / "out" / "jazz").iterdir()) == []


@pytest.mark.parametrize("name", ["one", "1.bak", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "jazz" / name).mkdir(parents=True)
    with pytest.raises(UserError, match="is not a version of an export"):
        write.export("jazz", tmp_path, bundle=exports.write_jazz(tmp_path / "bundle"))
    assert [path.name for path in (tmp_path / "jazz").iterdir()] == [name]


def test_an_output_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot make the folder"):
        write.export("jazz", tmp_path / "file" / "out", bundle=exports.write_jazz(tmp_path / "bundle"))


def test_onnx_without_its_packages_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="needs tf2onnx, onnx, onnxruntime; get it with: pip install"):
        write.export("jazz", tmp_path / "out", file_format="onnx")
    assert not (tmp_path / "out").exists()


def test_a_path_that_is_not_text_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not UTF-8 text; TensorFlow takes no other paths"):
        write.export("jazz", tmp_path / "a\udcff")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["keras", "onnx"])
@pytest.mark.usefixtures("in_this_process")
def test_the_plain_network_as_one_file(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if kind == "onnx":
        for package in write.OPTIONAL:
            pytest.importorskip(package, reason=f"get it with: {write.INSTALL}")
    for app, write_bundle in exports.WRITERS.items():
        bundle = write_bundle(tmp_path / app)
        arguments = [app, "--bundle", str(bundle), "--out", str(tmp_path / "out"), "--format", kind]
        assert export.main(arguments) == 0
        printed = capsys.readouterr()
        assert printed.out == f"{tmp_path / 'out' / app}.{kind}\n"
        assert "1 calls equal the network's" in printed.err


@pytest.fixture
def with_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """An Emojify network without vectors of its own, and a file of vectors, the frequent words first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bundle = bundles.load(exports.write_emojify(tmp_path / "bundle"), "emojify")
    bundle.architecture["embedding"] = "vectors"
    del bundle.weights["embedding/embeddings"]
    bundles.save(bundle, tmp_path / "bundle")
    words = enumerate("the you love i a zebra".split())
    lines = [f"{word} {number} 0 0 {number}.5\n" for number, word in words]
    (tmp_path / "vectors.txt").write_text("".join(lines), "utf-8")
    return tmp_path / "bundle", tmp_path / "vectors.txt"


@pytest.mark.parametrize(
    ("vocabulary", "known"),
    [(None, [True, True, True]), pytest.param(4, [True, True, False], marks=pytest.mark.slow)],
)
@pytest.mark.usefixtures("in_this_process")
def test_an_export_includes_the_first_words_of_a_file_of_vectors(
    with_vectors: tuple[Path, Path],
    vocabulary: int | None,
    known: list[bool],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bundle, glove = with_vectors
    path = write.export("emojify", tmp_path / "out", bundle=bundle, glove_file=glove, vocabulary=vocabulary)
    predict = tf.saved_model.load(str(path)).signatures["serving_default"]
    unknown = predict(sentence=tf.constant(["love", "i", "zebra"]))["unknown_words"]
    assert [count == 0 for count in unknown.numpy()] == known
    assert f"{min(vocabulary or 6, 6)} words inside, their vectors 0.0 MB" in capsys.readouterr().err


def test_vocabulary_is_for_vectors_from_a_file(tmp_path: Path) -> None:
    folder = exports.write_emojify(tmp_path / "bundle")
    with pytest.raises(UserError, match="vocabulary: the bundle .* has 6 words of its own"):
        write.export("emojify", tmp_path / "out", bundle=folder, vocabulary=3)


def test_not_sure_is_for_sentences(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unsure is for emojify only: jazz reads no sentences"):
        write.export("jazz", tmp_path / "out", bundle=exports.write_jazz(tmp_path / "bundle"), unsure=0.5)


def test_v1_is_not_a_keras_network(with_vectors: tuple[Path, Path], tmp_path: Path) -> None:
    folder, glove = with_vectors
    bundle = bundles.load(folder, "emojify")
    bundle.architecture["kind"] = "v1"
    bundle.weights = exports.random({"W": (5, 4), "b": (5,)}, 1)
    bundles.save(bundle, folder)
    with pytest.raises(UserError, match="the bundle .* is of V1, which is not a Keras network"):
        write.export("emojify", tmp_path / "out", bundle=folder, glove_file=glove, file_format="keras")
