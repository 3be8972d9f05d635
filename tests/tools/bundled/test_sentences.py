"""The frames of the bundled sentences: how many, drawn how, and that the tests share none of them."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from data import emoji
from tools.bundled import sentences
from tools.bundled.sentences import Frame, Words, draw_sentences, plain

ANY = "_"  # a word of `matches_frame`
CHOICE = re.compile(r"\{([^{}]*)\}")
NAME = re.compile(r"\b[A-Z]{2,}\b")


def matches_frame(sentence: str, pattern: re.Pattern[str]) -> bool:
    """Whether a sentence matches a frame when at most one of its words is replaced."""
    typed = plain(sentence).split()
    return any(pattern.fullmatch(" ".join([*typed[:n], ANY, *typed[n + 1 :]])) for n in range(len(typed)))


def frame_pattern(side: str, words: Words) -> re.Pattern[str]:
    """A pattern of the plain sentences of a frame, in which `ANY` stands for any word."""
    parts = [
        f"(?:{'|'.join(_pattern(text, words) for text in part.split('|'))})" for part in CHOICE.split(side)
    ]
    return re.compile(" ".join(part for part in parts if part != "(?:)"))


def _pattern(text: str, words: Words) -> str:
    """A pattern of a text without choices; "a" may have become "an"."""
    parts = []
    for token in text.split():
        name = NAME.search(token)
        found = [
            " ".join(f"(?:{'an?' if word == 'a' else word}|{ANY})" for word in plain(text).split())
            for text in (words[name[0]] if name else [token])
        ]
        if any(found):
            parts.append(f"(?:{'|'.join(found)})")
    return " ".join(parts)


def test_frames_are_matched_but_for_a_word() -> None:
    pattern = frame_pattern("I {love|really like} my KIN", {"KIN": ["aunt"]})
    texts = ("I hate my aunt", "I really like my job", "I hate it")
    assert [matches_frame(text, pattern) for text in texts] == [True, True, False]


def test_the_sentences_are_those_of_the_command(tmp_path: Path) -> None:
    assert sentences.main(["--out", str(tmp_path)]) == 0
    for path in (emoji.BUNDLED_TRAIN, emoji.BUNDLED_NEUTRAL, emoji.BUNDLED_NEUTRAL_PLAIN):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_there_are_many_frames_and_no_sentence_twice() -> None:
    frames = sentences.read_frames()
    assert len(frames) >= 400
    assert sum(len(frame.sides) == 2 for frame in frames) >= 100
    X, _ = emoji.read_csv(emoji.BUNDLED_TRAIN)
    assert len({plain(sentence) for sentence in X}) == len(X)
    card = (sentences.FOLDER / "README.md").read_text(encoding="utf-8")
    pairs = sum(len(frame.sides) == 2 for frame in frames)
    written = len(sentences.read_written())
    assert f"{written} sentences were written one by one" in card
    assert f"{len(frames)} frames, sentences with choices" in card
    assert f"{pairs} of the frames are pairs" in card
    assert f"| {len(X):,} sentences, {len(X) // 5} a label |" in card
    neutral = emoji.read_neutral(emoji.BUNDLED_NEUTRAL)
    assert len({plain(sentence) for sentence in [*X, *neutral]}) == len(X) + len(neutral)
    assert f"from {len(sentences.read_neutral_frames())} frames of their own" in card
    assert f"| {len(neutral)} sentences |" in card


@pytest.mark.slow
@pytest.mark.parametrize("path", [emoji.BUNDLED_TEST, emoji.BUNDLED_PAIRS], ids=lambda path: path.stem)
def test_no_test_sentence_has_the_frame_of_a_training_sentence(path: Path) -> None:
    words = sentences.read_words()
    texts = [side for frame in sentences.read_frames() for side in frame.sides]
    texts += [sentence for sentence, _ in sentences.read_written()]
    patterns = {text: frame_pattern(text, words) for text in texts}
    X, _ = emoji.read_csv(path)
    shared = [
        (sentence, text)
        for sentence in X
        for text, pattern in patterns.items()
        if matches_frame(sentence, pattern)
    ]
    assert shared == []


@pytest.mark.slow
def test_no_held_out_neutral_sentence_has_the_frame_of_a_training_sentence() -> None:
    words = sentences.read_words() | sentences.read_words("neutral_words.txt")
    patterns = [frame_pattern(frame.sides[0], words) for frame in sentences.read_neutral_frames()]
    held_out = emoji.read_neutral(sentences.FOLDER / "unsure" / "neutral_held_out.txt")
    assert len(held_out) == 20
    assert not [text for text in held_out if any(matches_frame(text, pattern) for pattern in patterns)]


def test_every_training_sentence_has_the_frame_that_it_names() -> None:
    words, written = sentences.read_words(), sentences.read_written()
    texts = [Frame((sentence,), (label,)) for sentence, label in written] + sentences.read_frames()
    found = emoji.read(emoji.BUNDLED_TRAIN)
    X, Y, frames = found.X, found.Y, found.frames
    assert frames is not None
    for sentence, y, frame in zip(X, Y.tolist(), frames.astype(int).tolist(), strict=True):
        sides = [side for side, label in zip(*texts[frame], strict=True) if label == y]
        assert any(matches_frame(sentence, frame_pattern(side, words)) for side in sides), sentence


def test_both_sides_of_a_pair_have_the_same_choices() -> None:
    frame = Frame(("my KIN {loves|misses} {me|you}", "my KIN does not {love|miss} {me|you}"), (0, 3))
    words = {"KIN": ["aunt", "uncle", "niece"]}
    drawn = [draw_sentences(frame, words, np.random.default_rng(seed)) for seed in range(60)]
    assert len(set(drawn)) == 12
    for left, right in drawn:
        assert right == left.replace("loves", "does not love").replace("misses", "does not miss")


def test_the_pairs_are_sentences_and_their_negations() -> None:
    X, Y = emoji.read_csv(emoji.BUNDLED_PAIRS)
    labels = Counter(zip(Y[::2].tolist(), Y[1::2].tolist(), strict=True))
    assert labels.keys() == {(2, 3), (3, 2), (0, 3), (1, 1), (4, 4)}
    assert sum(labels.values()) >= 40
    negations = {"not", "never", "no", "nobody"}
    assert all(
        negations & set(no.split()) and not negations & set(yes.split())
        for yes, no in zip(X[::2], X[1::2], strict=True)
    )
