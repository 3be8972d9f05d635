"""A corpus of a gigabyte: prepared, read and trained on in the memory and at the speed of one of 15 MB."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data import corpus as corpora
from data import sonnets
from data.sonnets import ALPHABET
from models.shakespeare import weights
from models.shakespeare.batches import WindowBatches
from tests.scale.conftest import FAULTS
from utils import bundle as bundles

SMALL, LARGE = 15_000_000, 1_000_000_000 if FAULTS >= 10 else 60_000_000
WINDOWS = 102_400

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


PEAK = """
import re, sys
from pathlib import Path
from data import corpus
from data.sonnets import ALPHABET
corpus.prepare([Path(sys.argv[1])], Path(sys.argv[2]), ALPHABET)
print(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


MEMORY = """
import os, re, sys
from pathlib import Path
from utils import backend
backend.keras()
import keras
from apps.shakespeare import train
from data.options import AlphabetOptions, TextOptions
from models.shakespeare.options import TrainOptions

class Measure(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 5:
            print(re.search("RssAnon:\\\\s+(\\\\d+)", Path("/proc/self/status").read_text())[1], flush=True)
            os._exit(0)

train.FinishedEpochs = lambda function: Measure()
corpus, out, *bundle = map(Path, sys.argv[1:])
if bundle:
    train.fine_tune(TrainOptions(bundle=bundle[0]), TextOptions(corpus=corpus), out=out)
else:
    train.train(TrainOptions(steps=10), TextOptions(corpus=corpus), AlphabetOptions(), out=out)
"""


def anonymous_megabytes(root: Path, *arguments: Path) -> float:
    """The memory of a training after six batches, without mapped files."""
    line = [sys.executable, "-c", MEMORY, *map(str, arguments)]
    # The memory that threads keep for themselves differs from run to run.
    one = ("MALLOC_ARENA_MAX", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OPENBLAS_NUM_THREADS")
    env = os.environ | dict.fromkeys(one, "1")
    done = subprocess.run(line, cwd=root, env=env, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return int(done.stdout) / 1000


@pytest.fixture(scope="module")
def corpora_of_both_sizes(tmp_path_factory: pytest.TempPathFactory, root: Path) -> dict[int, Path]:
    """The corpora, with what preparing them took printed."""
    folder, verse = tmp_path_factory.mktemp("corpora"), sonnets.verses().text.encode()
    paths, peaks = {}, []
    for size in (SMALL, LARGE):
        text, paths[size] = folder / "text.txt", folder / f"{size}.idx"
        with text.open("wb") as file:
            for _ in range(size // len(verse) + 1):
                file.write(verse)
        started = time.monotonic()
        line = [sys.executable, "-c", PEAK, str(text), str(paths[size])]
        done = subprocess.run(line, cwd=root, capture_output=True, text=True, timeout=3000)
        rate = size / 1e6 / (time.monotonic() - started)
        peaks.append(int(done.stdout) / 1e3)
        print(f"prepared {size / 1e6:.0f} MB at {rate:.1f} MB/s, with {peaks[-1]:.0f} MB of memory")
    assert peaks[1] < peaks[0] + 10, peaks
    text.unlink()
    return paths


def test_windows_are_read_as_fast(corpora_of_both_sizes: dict[int, Path]) -> None:
    rates = {}
    for size, path in corpora_of_both_sizes.items():
        corpus = corpora.open_prepared(path, ALPHABET, verify=True)  # and the file is in the system's cache
        batches = WindowBatches(corpus.indices, batch_size=128, seed=1)
        turns = []
        for turn in range(3):
            started = time.process_time()  # of this process alone: other load must not matter
            for number in range(WINDOWS // 128):
                batches[turn * 800 + number]
            turns.append(WINDOWS / (time.process_time() - started))
        rates[size] = max(turns)
        print(f"{size / 1e6:.0f} MB: {rates[size]:,.0f} windows a second of processor time")
    assert min(rates.values()) > 100_000, rates


@pytest.mark.parametrize("verb", ["from nothing", "fine-tuning"])
def test_training_takes_as_much_memory(
    verb: str, corpora_of_both_sizes: dict[int, Path], tmp_path: Path, root: Path
) -> None:
    bundles.save(weights.load(), tmp_path / "start")
    start_from = [tmp_path / "start"] if verb == "fine-tuning" else []
    megabytes = {
        size: min(anonymous_megabytes(root, path, tmp_path / "out", *start_from) for _ in range(2))
        for size, path in corpora_of_both_sizes.items()
    }
    print(f"{verb}: anonymous memory in MB by characters of the corpus: {megabytes}")
    assert abs(megabytes[LARGE] - megabytes[SMALL]) < 10, megabytes
