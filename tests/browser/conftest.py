"""The studio in a real browser: one server and one Chromium for the session, a page for each test.

All of it is skipped, with one line, where Playwright's Python package or Chromium is not installed.
"""

import os
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
VIEWS = ("jazz", "poem", "names", "emoji", "learn")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves these tests out unless this folder or one of them is named, as `make test-browser` does."""
    here = Path(__file__).parent
    named = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    return None if any(path == here or here in path.parents for path in named) else True


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a studio, in a process of its own, that runs until the tests end."""
    folder = tmp_path_factory.mktemp("networks")
    line = [
        sys.executable,
        "-m",
        "apps.studio",
        "--port",
        "0",
        "--no-browser",
        "--quiet",
        "--networks",
        str(folder),
    ]
    with subprocess.Popen(
        line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        log: list[str] = []
        reader = threading.Thread(target=lambda: log.extend(process.stderr or ()))
        reader.start()
        try:
            address = process.stdout.readline().strip()  # type: ignore[union-attr]
            assert address.startswith("http://127.0.0.1:"), log
            yield address
        finally:
            process.terminate()
            process.wait(20)
            reader.join(20)
    assert log == ["stopped\n"], "the studio's log:\n" + "".join(log)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A Chromium that plays sound without a click and without a device."""
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def new_context(browser: "Browser", studio: str) -> Iterator[Callable[..., "BrowserContext"]]:
    """new_context(**options): a browser context whose pages fail the test when they should.

    What fails it: a console error, an exception, a violation of the Content-Security-Policy, or a request to
    another host. The status of an answer is no console error: tests of errors make the server refuse.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []
    host = urlsplit(studio).netloc

    def on_console(message: "ConsoleMessage") -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(f"console: {message.text}")

    def on_request(request: "Request") -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data") and parts.netloc != host:
            problems.append(f"request to another host: {request.url}")

    def new(**options: Any) -> "BrowserContext":
        context = browser.new_context(base_url=studio, **options)
        context.set_default_timeout(15_000)
        context.on("console", on_console)
        context.on("weberror", lambda error: problems.append(f"exception: {error.error}"))
        context.on("request", on_request)
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def context(new_context: Callable[..., "BrowserContext"]) -> "BrowserContext":
    """A browser context of a desktop's size."""
    return new_context(viewport={"width": 1280, "height": 900})


@pytest.fixture
def page(context: "BrowserContext") -> "Page":
    """A page, not yet at any address: page.goto("/#poem")."""
    return context.new_page()


def p95_within(what: str, measure: Callable[[], list[float]], bound: float, rounds: int = 3) -> bool:
    """Whether the 95th percentile of a round of measurements is within a bound; each is printed.

    Other work on the machine only ever makes a round slower: one round within the bound is enough.

    Args:
        what: What is measured, for the print.
        measure: Measures a round, in milliseconds.
        bound: Milliseconds.
        rounds: The most rounds.
    """
    for _ in range(rounds):
        times = measure()
        p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
        print(f"\n{what}: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms of {len(times)}")
        if p95 <= bound:
            return True
    return False


@pytest.fixture
def axe() -> Callable[["Page"], str]:
    """axe(page): what axe-core finds on a page, as a report; empty if nothing."""
    sync_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")

    def run(page: "Page") -> str:
        found = sync_playwright.Axe().run(page)
        return str(found.generate_report()) if found.violations_count else ""

    return run


@pytest.fixture
def screenshots() -> Path | None:
    """The folder for pictures, $CADENZA_SCREENSHOTS, or None."""
    folder = os.environ.get("CADENZA_SCREENSHOTS")
    return Path(folder) if folder else None
