"""Prepared corpora: the same text as one that is read at once, in constant memory; damaged files."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data import corpus as corpora
from data.__main__ import main
from data.sonnets import ALPHABET, fold
from utils.errors import UserError

VERSE = "So long lives this, \u2014 and this gives life to thee.\r\nNa\u00efve \u2603!\r"


def prepare(out: Path, *texts: Path) -> corpora.Corpus:
    return corpora.prepare(texts, out, ALPHABET)


def whole(corpus: corpora.Corpus) -> str:
    return "".join(corpus.blocks())


@pytest.fixture
def verse(tmp_path: Path) -> Path:
    path = tmp_path / "verse.txt"
    path.write_bytes(b"\xef\xbb\xbf" + VERSE.encode())
    return path


@pytest.fixture
def prepared(verse: Path, tmp_path: Path) -> Path:
    prepare(tmp_path / "verse.idx", verse)
    return tmp_path / "verse.idx"


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1 << 20])
def test_texts_are_folded_and_joined_whatever_the_blocks(
    block: int, verse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpora, "_BLOCK", block)
    other = tmp_path / "other.txt"
    other.write_text("no line end")
    corpus = prepare(tmp_path / "both.idx", verse, other, verse)
    expected = fold(VERSE.replace("\r\n", "\n").replace("\r", "\n"), ALPHABET).text
    assert whole(corpus) == expected + "no line end\n" + expected
    assert corpus.notice == "the texts: 2 characters left out (1 different: '\u2603')"
    assert (corpus.indices.dtype, len(corpus)) == (np.uint8, 2 * len(expected) + 12)


def test_a_corpus_is_mapped_and_not_read(prepared: Path) -> None:
    corpus = corpora.open_prepared(prepared, ALPHABET, verify=True)
    base = corpus.indices
    while base.base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)
    assert prepared.stat().st_size == 4096 + len(corpus)
    assert corpora.is_prepared(prepared) and not corpora.is_prepared(prepared.with_suffix(".txt"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfea", "is not UTF-16 text: byte 2 cannot be read"),
        (b"\xef\xbb\xbfabc\xff", "is not UTF-8 text: byte 6 cannot be read"),
        (b"\xef\xbb\xbfabcde\xe2\x82", "is not UTF-8 text: byte 8 cannot be read"),
        (b"", "the texts have no letter"),
        ("\u7231\n".encode(), "the texts have no letter"),
    ],
)
@pytest.mark.parametrize("block", [2, 1 << 20])
def test_a_text_that_is_none_leaves_nothing(
    content: bytes, message: str, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpora, "_BLOCK", block)
    path, out = tmp_path / "text.txt", tmp_path / "out" / "text.idx"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message) as caught:
        prepare(out, path)
    assert caught.value.exit_code == 2
    assert list(out.parent.iterdir()) == []


def test_files_that_will_not_do_are_refused(prepared: Path, verse: Path, tmp_path: Path) -> None:
    for out, texts, message in (
        (tmp_path / "a.txt", [verse], "expected a name that ends in .idx"),
        (tmp_path / "a.idx", [tmp_path / "absent"], "cannot read .*absent"),
        (tmp_path / "a.idx", [tmp_path], "is a folder"),
        (tmp_path / "a.idx", [verse, prepared], "is a prepared corpus, expected a text"),
        (prepared, [prepared], "is one of the texts"),
    ):
        with pytest.raises(UserError, match=message):
            prepare(out, *texts)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[:-1], "bytes, expected .*: it was cut short or changed"),
        (lambda content: content[:100], "is not a prepared corpus"),
        (lambda content: b"", "is not a prepared corpus"),
        (lambda content: content + b"a", "it was cut short or changed"),
        (lambda content: b"So long" + content, "is not a prepared corpus"),
        (lambda content: content[:-1] + b"\x01", "does not have the checksum in its header"),
        (lambda content: content[:-1] + b"\x26", "has the index 38, expected below 38"),
        (lambda content: content.replace(b'"version": 1', b'"version": 2'), "has the version 2, expected 1"),
        (lambda content: content.replace(b'"characters": ', b'"characters": -'), "has a damaged header"),
        (lambda content: content.replace(b'"sha256": "', b'"sha256": 7,"'), "is not a prepared corpus"),
        (lambda content: content.replace(b"xyz", b"zyx"), "has another alphabet"),
        (lambda content: content[:22] + b"[" * 4074, "is not a prepared corpus"),
    ],
)
def test_a_damaged_corpus_is_refused_in_one_line(change, message: str, prepared: Path) -> None:
    prepared.write_bytes(change(prepared.read_bytes()))
    with pytest.raises(UserError, match=message):
        corpora.open_prepared(prepared, ALPHABET, verify=True)


def test_the_command_prints_the_file_and_what_was_left_out(
    verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "corpus.idx"
    assert main(["prepare", str(verse), "--out", str(out), "--fold"]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{out}\n"
    assert printed.err.splitlines() == [
        "note: the texts: 1 character left out (1 different: '\u2603')",
        f"note: corpus.idx: {out.stat().st_size - 4096} characters",
    ]


def test_killed_and_repeated_leaves_one_whole_corpus(tmp_path: Path, root: Path) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "text.idx"
    text.write_text("so long lives this, and this gives life to thee.\n" * 400_000)
    line = [sys.executable, "-m", "data", "prepare", str(text), "--out", str(out), "--quiet"]
    running = subprocess.Popen(line, cwd=root)
    while not any(path.stat().st_size > 5000 for path in tmp_path.glob(".unfinished-*.idx")):
        assert running.poll() is None
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait(30) == -signal.SIGKILL
    assert not out.exists()
    assert subprocess.run(line, cwd=root, timeout=120).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["text.idx", "text.txt"]
    assert len(corpora.open_prepared(out, None, verify=True)) == text.stat().st_size


def test_a_corpus_has_its_own_alphabet_in_composed_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No mark is parted from its letter; what occurs once becomes the replacement; two bytes if need be."""
    signs = "".join(map(chr, range(0x4E00, 0x4F00)))
    text = tmp_path / "own.txt"
    text.write_text(f"{signs}\nCafe\u0301 C?{signs}\ncafe\u0301\n", encoding="utf-8")
    for block in (1, 3, 1 << 20):
        monkeypatch.setattr(corpora, "_BLOCK", block)
        corpus = corpora.prepare([text], tmp_path / "own.idx", None)
        assert whole(corpus) == f"{signs}\nCaf\u00e9 C\ufffd{signs}\n\ufffdaf\u00e9\n".replace(" ", "\ufffd")
    assert corpus.symbols == f"\nCaf\u00e9{signs}\ufffd" and corpus.indices.dtype.itemsize == 2
    assert corpus.notice == "the texts: 3 characters not known (3 different: ' ' '?' 'c')"
    assert corpus.unread == pytest.approx(3 / len(corpus))
    assert np.array_equal(
        corpora.open_prepared(tmp_path / "own.idx", None, verify=True).indices, corpus.indices
    )


def test_an_alphabet_keeps_the_most_frequent() -> None:
    counts = {chr(0x4E00 + number): 2 + number % 7 for number in range(6000)}
    kept = corpora.alphabet(counts)
    assert len(kept) == 5001 and kept[-1] == "\ufffd" and list(kept[:-1]) == sorted(kept[:-1])
    assert min(counts[symbol] for symbol in kept[:-1]) >= 3
