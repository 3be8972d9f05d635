"""Signals that ask a program to end."""

import os
import signal
import sys
import time
from collections.abc import Sequence

import pytest

from tests.apps.commands import until
from utils import cli
from utils.errors import Terminated
from utils.signals import StopSignals, terminable


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_noted_and_end_the_program_when_it_is_ready(number: int) -> None:
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    done = []
    with StopSignals() as signals:
        os.kill(os.getpid(), number)
        until(lambda: signals.received == [number])
        done.append("tidied up")
    assert {name: signal.getsignal(name) for name in before} == before
    with pytest.raises(KeyboardInterrupt) as caught:
        signals.end()
    assert isinstance(caught.value, Terminated) == (number != signal.SIGINT)
    assert done == ["tidied up"]


def test_a_hang_up_that_nohup_ignores_is_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopSignals() as signals:
            signals.install()
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.05)
            assert signals.received == []
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_unwinds_what_runs_and_afterwards_acts_as_before(number: int) -> None:
    before, tidied = signal.getsignal(number), []
    signal.signal(number, signal.SIG_DFL)
    try:
        with pytest.raises(Terminated), terminable():
            try:
                os.kill(os.getpid(), number)
                time.sleep(10)
            finally:
                tidied.append(number)
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, before)
    assert tidied == [number]


def test_a_command_that_is_asked_to_end_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(arguments: Sequence[str]) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
        return 0

    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    monkeypatch.setattr(sys, "argv", ["command"])
    try:
        assert cli.run(work) == 143
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capsys.readouterr().err == "stopped\n"
