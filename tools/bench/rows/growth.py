"""The rows of `python -m tools.bench growth`: how time grows with the work, at 1, 4 and 16 times the size."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from data import dinosaurs, sonnets
from data.solos import reading as solos
from data.solos.corpus import training_examples
from models import jazz
from models.checkpoint import Run
from models.dinos.training import NameTrainer
from models.shakespeare import weights as shakespeare_weights
from models.shakespeare.batches import WindowBatches
from models.shakespeare.poems import load as load_poems
from models.shakespeare.windows import STRIDE, TX
from music import audio
from music.changes import Changes
from music.score import Score
from tools.bench.harness import FACTORS, Growth
from tools.bench.rows import emojify as bench_emojify
from tools.bench.rows import jazz as bench_jazz
from tools.bench.rows import shakespeare as bench_shakespeare

T = TypeVar("T")
READ = 102_400  # windows: less than a second
FEWEST = 8  # notes of a measure, those of its chords too


def rows(data_dir: Path | None) -> Iterator[Growth]:
    """Generation, training, sound, and vectors."""
    solo = solos.read_solo(solos.BUNDLED)
    yield improvising(solo)
    yield writing()
    with tempfile.TemporaryDirectory() as folder:
        yield reading_windows(Path(folder))
        yield learning_names(Path(folder))
        yield learning_a_solo(Path(folder), solo)
        yield learning_verses()
        yield sounding(solo)
        yield vectors(Path(folder))


def repeated(items: Sequence[T], count: int) -> list[T]:
    """Returns `count` items, starting over from the first after the last."""
    return list(islice(cycle(items), count))


def lengthened(changes: Changes, count: int) -> Changes:
    """Returns changes of `count` measures, starting over from the first after the last."""
    return replace(changes, measures=tuple(repeated(changes.measures, count)))


def improvising(solo: solos.Solo) -> Growth:
    """A solo over the tune's chords, chorus after chorus."""
    improviser = jazz.load()

    def prepare(measures: int) -> Callable[[], object]:
        changes = lengthened(solo.changes, measures)
        return lambda: improviser.improvise(changes, seed=1, ending="fade")

    return Growth("improvising a solo", "measures", 16, prepare)


def writing() -> Growth:
    """A poem, its state carried."""
    model = load_poems(state="carried")

    def prepare(length: int) -> Callable[[], object]:
        return lambda: model.complete(bench_shakespeare.BEGINNING, length=length, seed=1)

    return Growth("writing a poem", "characters", 400, prepare)


def reading_windows(folder: Path) -> Growth:
    """As many windows of a mapped text, whatever its length, in batches as training reads them."""

    def prepare(characters: int) -> Callable[[], object]:
        path = folder / str(characters)
        np.resize(np.arange(38, dtype=np.uint8), characters).tofile(path)
        batches = WindowBatches(np.asarray(np.memmap(path, np.uint8, "r")), batch_size=128, seed=1)
        return lambda: sum(len(batches[number][1]) for number in range(READ // 128))

    return Growth(f"reading {READ} windows of a text", "characters", 1_000_000, prepare)


def learning_names(folder: Path) -> Growth:
    """Names read from a file and trained on, each once."""

    def prepare(count: int) -> Callable[[], object]:
        path = folder / f"{count}.txt"
        path.write_text("\n".join(repeated(dinosaurs.bundled().names, count)), "utf-8")

        def learn() -> None:
            read = dinosaurs.read(path)
            training = NameTrainer(read.names, read.vocabulary)
            for _ in range(count):
                training.step()

        return learn

    return Growth("training on names, one pass", "names", 300, prepare)


def learning_a_solo(folder: Path, solo: solos.Solo) -> Growth:
    """Examples cut from a solo and trained on, each once."""
    vocabulary = solo.vocabulary

    def prepare(count: int) -> Callable[[], object]:
        X, Y = training_examples(solo.flat_tokens, vocabulary, m=count, T_x=bench_jazz.T_X)
        place = folder / f"{count} examples"
        return lambda: jazz.train(X, Y, vocabulary, Run(place, epochs=1, force=True))

    return Growth("training on a solo, one epoch", "examples", 64, prepare)


def learning_verses() -> Growth:
    """Windows of forty characters cut from a text and trained on, each once."""
    network = shakespeare_weights.load()

    def prepare(windows: int) -> Callable[[], object]:
        text = "".join(repeated(sonnets.verses().text, (windows - 1) * STRIDE + TX + 1))
        return bench_shakespeare.our_training(network, text)

    return Growth("training on verses, one epoch", "windows", 256, prepare)


def sounding(solo: solos.Solo) -> Growth:
    """A solo with its chords turned into samples."""

    def prepare(count: int) -> Callable[[], object]:
        measures = count // FEWEST + 1
        score = first_notes(jazz.load().improvise(lengthened(solo.changes, measures), seed=1).score, count)
        return lambda: audio.render(score)

    return Growth("sound", "notes", 200, prepare)


def first_notes(score: Score, count: int) -> Score:
    """Cuts the score after the first `count` notes of all its parts.

    Raises:
        ValueError: The score has fewer notes.
    """
    onsets = sorted(note.onset for part in score.parts for note in part.notes)
    if len(onsets) < count:
        raise ValueError(f"expected a score of {count} notes or more, got {len(onsets)}")
    parts, left = [], count
    for part in score.parts:
        notes = [note for note in part.notes if note.onset <= onsets[count - 1]][:left]
        parts.append(replace(part, notes=tuple(notes)))
        left -= len(notes)
    return replace(score, parts=tuple(parts))


def vectors(folder: Path) -> Growth:
    """Vectors of a file that is read for the first time."""
    base = bench_emojify.WORDS // FACTORS[-1]
    whole = bench_emojify.made_up_vectors(folder / "vectors.txt", bench_emojify.WORDS)

    def prepare(words: int) -> Callable[[], object]:
        place = folder / str(words)
        place.mkdir()
        path = place / "vectors.txt"
        with whole.open(encoding="utf-8") as lines:
            path.write_text("".join(islice(lines, words)), "utf-8")
        return bench_emojify.reading(path).ours

    return Growth("GloVe's vectors, first time", "words", base, prepare)
