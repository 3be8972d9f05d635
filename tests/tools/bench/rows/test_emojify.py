"""The emojify rows of the benchmark: both ways of a row do the same work."""

from pathlib import Path

from data.glove import vectors as glove
from models.emojify.classifier import PRETRAINED
from models.emojify.dataset import APP
from tools.bench.rows import emojify as bench_emojify
from utils import bundle as bundles


def test_both_ways_read_the_same_vectors(tmp_path: Path) -> None:
    path = bench_emojify.made_up_vectors(tmp_path / "v.txt", 1200)
    vectors = glove.load(path, tmp_path / "other")
    assert (len(vectors), vectors.dimension, "w4af" in vectors) == (1200, 50, True)
    for row in (bench_emojify.reading(path), bench_emojify.reading_again(path)):
        assert row.ours() == row.plain() == 1200


def test_both_ways_answer() -> None:
    row = bench_emojify.answering(bundles.load(PRETRAINED, APP), ["I love you", "let us eat"])
    assert row.ours() == row.plain() == 2
