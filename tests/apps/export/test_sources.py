"""What can be exported: the bundle behind each app."""

import argparse
from pathlib import Path

import pytest

from apps.export import __main__ as export
from apps.export.sources import open_source
from models.emojify import export as export_emojify
from tests.apps.export import exports
from utils import bundle as bundles
from utils.errors import UserError


def options(*arguments: str) -> argparse.Namespace:
    return export._parser().parse_args(arguments)


@pytest.mark.parametrize("app", exports.WRITERS)
def test_a_source_is_named_as_its_app(app: str, tmp_path: Path) -> None:
    folder = exports.WRITERS[app](tmp_path / "bundle")
    assert open_source(options(app, "--bundle", str(folder))).name == app


def test_the_pretrained_network_is_what_is_exported_by_default() -> None:
    assert open_source(options("jazz")).name == "jazz"


@pytest.mark.parametrize("app", exports.WRITERS)
def test_an_array_too_small_is_refused(app: str, tmp_path: Path) -> None:
    folder = exports.WRITERS[app](tmp_path / "bundle")
    bundle = bundles.load(folder, app)
    bundle.weights["dense/bias"] = bundle.weights["dense/bias"][1:]
    bundles.save(bundle, folder)
    with pytest.raises(UserError, match="has dense/bias of shape"):
        open_source(options(app, "--bundle", str(folder)))


@pytest.fixture
def with_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """An Emojify network without vectors of its own, and a file of vectors, the frequent words first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bundle = bundles.load(exports.write_emojify(tmp_path / "bundle"), "emojify")
    bundle.architecture["embedding"] = "vectors"
    del bundle.weights["embedding/embeddings"]
    bundles.save(bundle, tmp_path / "bundle")
    lines = [
        f"{word} {number} 0 0 {number}.5" for number, word in enumerate("the you love i a zebra".split())
    ]
    (tmp_path / "vectors.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path / "bundle", tmp_path / "vectors.txt"


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        ((), "a i love the you zebra"),
        (("--vocabulary", "3"), "the you love"),
        (("--vocabulary", "99"), "the you love i a zebra"),
    ],
)
def test_the_words_of_a_file_of_vectors_or_its_first(
    with_vectors: tuple[Path, Path], vocabulary: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[export_emojify.WordTable] = []
    monkeypatch.setattr(
        export_emojify, "build", lambda bundle, classifier, labels, words: built.append(words)
    )
    bundle, glove = with_vectors
    files = ("--bundle", str(bundle), "--glove", str(glove))
    source = open_source(options("emojify", *files, "--quiet", *vocabulary))
    source.graph()
    assert list(built[0].words) == words.split()
    rows = dict(zip(built[0].words, built[0].table[:, 3].tolist(), strict=True))
    assert rows["love"] == 2.5 and rows["you"] == 1.5
    assert source.notes == (f"{len(rows)} words inside, their vectors 0.0 MB",)


def test_vocabulary_is_for_vectors_from_a_file(tmp_path: Path) -> None:
    folder = exports.write_emojify(tmp_path / "bundle")
    with pytest.raises(UserError, match="--vocabulary: the bundle .* has 6 words of its own"):
        open_source(options("emojify", "--bundle", str(folder), "--vocabulary", "3"))


def test_v1_is_no_keras_network(with_vectors: tuple[Path, Path]) -> None:
    folder, glove = with_vectors
    bundle = bundles.load(folder, "emojify")
    bundle.architecture["kind"] = "v1"
    bundle.weights = exports.random({"W": (5, 4), "b": (5,)}, 1)
    bundles.save(bundle, folder)
    arguments = ("emojify", "--bundle", str(folder), "--glove", str(glove), "--format", "keras", "--quiet")
    with pytest.raises(UserError, match="--format keras: the bundle .* is of V1, which is no Keras network"):
        open_source(options(*arguments)).network()
