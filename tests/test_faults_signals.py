"""SIGTERM at random moments: to the studio and the server at work, and to each training.

However far they have come, they leave no traceback, no stray folder or process, and nothing half-written.
`make faults` sends 203, 29 to each; without CADENZA_KILLS there is one for each.
"""

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apps.studio import materials
from tests.apps.export import exports
from tests.examples import SENTENCES, VERSE
from tests.test_training_promises import NAMES, TRAININGS
from utils import bundle as bundles
from utils.files import UNFINISHED

KILLS = int(os.environ.get("CADENZA_KILLS", "0"))
SIGNALS = max(1, -(-4 * KILLS // (2 + len(TRAININGS))))
PATIENCE = 120.0  # seconds for a process to end
ENDS = {143: "in order", -signal.SIGTERM: "before it listened to signals", 0: "done before"}


@dataclass
class Process:
    """A command in a session and with a temporary folder of its own."""

    process: "subprocess.Popen[bytes]"
    temporary: Path
    log: Path

    def finish(self) -> int:
        """Waits for its end, and checks what it leaves."""
        code = self.process.wait(PATIENCE)
        said = self.log.read_text("utf-8", "replace")
        assert "Traceback" not in said and "rror:" not in said, said[-3000:]
        ends = time.monotonic() + 10
        while time.monotonic() < ends and _lives(self.process.pid):
            time.sleep(0.05)
        assert not _lives(self.process.pid), "a process is left"
        # TensorFlow compiles in a folder that only it can remove; ours begin so:
        assert [path.name for path in self.temporary.glob("cadenza*")] == []
        return code


def _lives(session: int) -> bool:
    with suppress(ProcessLookupError):
        os.killpg(session, 0)
        return True
    return False


@contextmanager
def started(root: Path, folder: Path, *line: str) -> Iterator[Process]:
    temporary, log = folder / "tmp", folder / "log"
    temporary.mkdir()
    environment = os.environ | {"TMPDIR": str(temporary), "TF_CPP_MIN_LOG_LEVEL": "3"}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", *line],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    try:
        yield Process(process, temporary, log)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def rounds(tmp_path: Path) -> Iterator[Path]:
    """A new folder for each signal."""
    for number in range(SIGNALS):
        folder = tmp_path / str(number)
        folder.mkdir()
        yield folder
        shutil.rmtree(folder)


def ask(port: int, path: str, body: object) -> bool:
    """Reads a whole answer; whether there was one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        with connection.getresponse() as answer:
            answer.read()
        return True
    return False


def at_work(running: Process, jobs: list[tuple[str, object]], seconds: float) -> None:
    """Waits until a server is ready, has it work on all of the jobs again and again, and sends the signal."""
    ends, stopped = time.monotonic() + seconds, threading.Event()
    assert running.process.stdout is not None
    addresses: list[str] = []

    def work(job: tuple[str, object]) -> None:
        port = int(urlsplit(addresses[0]).port or 0)
        while not stopped.is_set() and ask(port, *job):
            pass

    def begin() -> None:
        addresses.append(running.process.stdout.readline().decode().strip())  # type: ignore[union-attr]
        for job in jobs if addresses[0] else ():
            threading.Thread(target=work, args=[job], daemon=True).start()

    threading.Thread(target=begin, daemon=True).start()
    time.sleep(max(0.0, ends - time.monotonic()))
    running.process.send_signal(signal.SIGTERM)
    stopped.set()


def report(what: str, found: Counter[str]) -> None:
    print(f"{what}: {sum(found.values())} signals, {dict(found)}")


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_studio_at_work(root: Path, tmp_path: Path) -> None:
    found, bundled = Counter[str](), materials.bundled()
    names = next(id for id, material in bundled.items() if material.app == "dinos")
    jobs: list[tuple[str, object]] = [
        ("/api/poem/write", {"length": 2000, "takes": 4}),
        ("/api/learn/trainings", {"material": names, "epochs": 500}),
        ("/api/emoji/predict", {"text": "I love you"}),
        ("/api/names/make", {"count": 20}),
    ]
    for folder in rounds(tmp_path):
        with started(root, folder, "apps.studio", "--port", "0", "--no-browser", "--quiet") as running:
            at_work(running, jobs, random.uniform(0, 8))
            found[ENDS[running.finish()]] += 1
    report("studio", found)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_server_at_work(root: Path, tmp_path: Path) -> None:
    models, found = tmp_path / "models", Counter[str]()
    bundle = exports.write_emojify(tmp_path / "bundle")
    export = ["apps.export", "emojify", "--bundle", str(bundle), "--out", str(models), "--quiet"]
    subprocess.run([sys.executable, "-m", *export], cwd=root, check=True, capture_output=True)
    jobs: list[tuple[str, object]] = [("/v1/models/emojify:predict", {"instances": ["I love you"]})] * 8
    for folder in rounds(tmp_path):
        line = ["apps.serve", "--models", str(models), "--port", "0", "--processes", random.choice("12")]
        with started(root, folder, *line, "--quiet") as running:
            at_work(running, jobs, random.uniform(0, 15))
            found[ENDS[running.finish()]] += 1
    report("server", found)


def whole(out: Path, app: str) -> str:
    """What of a bundle is there, all of it readable."""
    if not (out / bundles.CONFIG).exists():
        return "nothing"
    return f"{bundles.load(out, app).training['epochs']} epochs"


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", TRAININGS)
def test_a_training(root: Path, tmp_path: Path, name: str) -> None:
    training, found, kept = TRAININGS[name], Counter[str](), Counter[str]()
    (tmp_path / "names.txt").write_text(NAMES)
    (tmp_path / "own.csv").write_text(SENTENCES * 4)
    (tmp_path / "verse.txt").write_text(VERSE * 30)
    files = {path.name: str(path) for path in tmp_path.iterdir()}
    files["PRETRAINED"] = str(root / "pretrained" / "shakespeare")
    arguments = [files.get(word, word) for word in training.arguments]
    longest = 0.0

    def train(folder: Path, moment: Callable[[], float] | None) -> int:
        out = ["--seed", "1", "--out", str(folder / "out"), "--quiet"]
        line = [f"apps.{training.app}", "train", *arguments, *out]
        with started(root, folder, *line) as running:
            if moment is not None:
                with suppress(subprocess.TimeoutExpired):
                    running.process.wait(moment())
                running.process.send_signal(signal.SIGTERM)
            code = running.finish()
        if code != -signal.SIGTERM and (folder / "out").is_dir():
            assert [path.name for path in (folder / "out").rglob(f"{UNFINISHED}*")] == []
        kept[whole(folder / "out", training.app)] += 1
        return code

    rehearsal = tmp_path / "rehearsal"
    rehearsal.mkdir()
    begun = time.monotonic()
    assert train(rehearsal, None) == 0
    longest = time.monotonic() - begun
    for folder in rounds(tmp_path):
        found[ENDS[train(folder, lambda: random.uniform(0, longest))]] += 1
    report(name, found)
    print(f"  kept: {dict(kept)}")
