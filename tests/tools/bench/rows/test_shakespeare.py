"""The poem network's rows: every way does what it is counted for."""

import threading
from multiprocessing import Pipe

import pytest

from data.sonnets import verses
from tests.models.shakespeare.poems import network
from tools.bench.rows import shakespeare as rows
from utils.bundle import Bundle

TEXT = verses().text[:100]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Bundle:
    found = network()
    monkeypatch.setattr(rows.shakespeare_weights, "load", lambda: found)
    return found


def test_the_writing_rows_count_characters(tiny: Bundle) -> None:
    found = list(rows._writing(tiny))
    assert [row.target for row in found] == [500, 35, 3000]
    assert [row.ours() for row in found] == [400, 400, 64 * 400]
    assert found[0].plain() == 10


@pytest.mark.slow
@pytest.mark.parametrize("make", [rows.our_training, rows.plain_training])
def test_the_training_ways_count_windows(tiny: Bundle, make) -> None:
    assert make(tiny, TEXT)() == 20


def test_a_worker_trains_whenever_it_is_asked_to(tiny: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "plain_training", lambda network, text: lambda: float(len(text)))
    here, there = Pipe()
    worker = threading.Thread(target=rows._work, args=(there, tiny.weights, TEXT, "plain"))
    worker.start()
    for _ in range(2):
        here.send(True)
        assert here.recv() == 100.0
    here.close()
    worker.join(10)
    assert not worker.is_alive()
    there.close()


def test_the_last_row_is_an_epoch(tiny: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    class Worker:
        def __init__(self, network: Bundle, text: str, way: str) -> None:
            made.append(way)

        def __enter__(self):
            return lambda: 1.0

        def __exit__(self, *_: object) -> None:
            made.append("closed")

    monkeypatch.setattr(rows, "_worker", Worker)
    *_, epoch = rows.rows(None)
    assert (epoch.unit, epoch.target) == ("windows", 1.15)
    assert made == ["ours", "plain", "closed", "closed"]
