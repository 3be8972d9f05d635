"""What all tests share: the course's files where they are, and a skip that says how to get them."""

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from data import catalogue
from utils import cli

ROOT = Path(__file__).resolve().parent.parent

# A busy machine must not make a property fail: what is slow is found by the tests' own time limit.
settings.register_profile("house", deadline=None, max_examples=25)
# `make test-all`: more cases of each property.
settings.register_profile("all", deadline=None)
# `make fuzz`: as many cases of everything that comes from strangers.
settings.register_profile(
    "fuzz", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
# `make mutants`: the same few cases every time, so that a mutant's fate does not depend on chance.
settings.register_profile("mutants", deadline=None, max_examples=15, derandomize=True, database=None)
settings.load_profile("house")

# A shell ignores Ctrl-C in what it runs in the background, and children inherit that: those of the tests are
# to be interrupted.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test marked course_data(name, ...) where a file it needs is absent."""
    for mark in item.iter_markers("course_data"):
        for name in mark.args:
            if catalogue.locate(name) is None:
                pytest.skip(f"{name} is not here; get it with: python -m data fetch {name}")


@pytest.fixture
def course_file() -> object:
    """course_file(name): the path of a course file that the test's mark has made sure of."""
    return lambda name: catalogue.locate(name)


@pytest.fixture(autouse=True)
def notices() -> None:
    """Prints notices as the commands do."""
    cli.show_notices()


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's folder."""
    return ROOT
