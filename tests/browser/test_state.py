"""What the page remembers: addresses, the browser's store, a session as a file, a server that comes back."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

from data.solos import BUNDLED
from tests.browser.conftest import ROOT

expect = pytest.importorskip("playwright.sync_api").expect

STATE = 'import("/js/state.js")'


def test_addresses_are_read_and_written_alike(page: "Page") -> None:
    page.goto("/#emoji")
    for address in (
        {"view": "poem", "part": "", "values": {"prompt": "Say: 50 % & more\n#?/é愛", "seed": "7"}},
        {"view": "learn", "part": "inside", "values": {}},
        {"view": "jazz", "part": "", "values": {"constructor": "x", "chart": "| Dm7 | G7 |"}},
    ):
        there = f"a => {STATE}.then((state) => state.parseAddress(state.formatAddress(a)))"
        assert page.evaluate(there, address) == address
    for odd in ("", "#", "#?", "#poem?=%", "#%E0%A4%A?%E0%A4%A=1", "#a/b/c?d=e?f"):
        page.evaluate(f"hash => {STATE}.then((state) => state.parseAddress(hash).view)", odd)


def test_every_tab_has_an_address_and_back_leads_back(page: "Page") -> None:
    page.goto("/#learn/inside?text=To%20be&layer=2")
    inside = page.locator("#part-inside")
    expect(inside.get_by_label("A text")).to_have_value("To be")
    expect(inside.get_by_label("Layer")).to_have_value("2")
    page.click("#tab-compare")
    page.wait_for_url("**/#learn/compare")
    page.click('.views a[href="#emoji"]')
    page.locator("#view-emoji h1").wait_for()
    page.go_back()
    page.locator("#part-compare").wait_for()
    page.go_back()
    inside.wait_for()
    assert "layer=2" in page.url
    page.go_forward()
    page.locator("#part-compare").wait_for()
    page.click('.views a[href="#emoji"]')
    page.click('.views a[href="#learn"]')  # as it was last
    page.locator("#part-compare").wait_for()


def test_a_view_is_as_it_was_after_a_reload(page: "Page") -> None:
    page.goto("/#learn/inside")
    text = page.get_by_label("A text")
    with page.expect_response("**/api/learn/trace"):
        text.fill("Love is")
    page.reload()
    expect(text).to_have_value("Love is")
    page.goto("/#emoji")
    page.goto("/#learn")
    expect(text).to_have_value("Love is")


def test_tabs_of_the_browser_share_a_store(context: "BrowserContext") -> None:
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto("/#emoji")
    second.evaluate(f"{STATE}.then(s => s.onChange('poems', () => (window.told = (window.told ?? 0) + 1)))")
    put = f"{STATE}.then(async (s) => (await s.store.put('poems', {{id: 'a', title: 'One'}})).made)"
    made = first.evaluate(put)
    second.wait_for_function("window.told === 1")
    found = second.evaluate(f"{STATE}.then((s) => s.store.all('poems'))")
    assert found == [{"id": "a", "title": "One", "made": made}]
    first.evaluate(f"{STATE}.then((s) => s.store.remove('poems', 'a'))")
    second.wait_for_function("window.told === 2")
    assert second.evaluate(f"{STATE}.then((s) => s.store.all('poems'))") == []


def test_a_session_goes_out_and_in_as_one_file(context: "BrowserContext") -> None:
    page = context.new_page()
    page.goto("/#emoji")
    text = page.evaluate(
        f"""{STATE}.then(async (s) => {{
          await s.store.put("takes", {{ id: "t", title: "<b>", values: {{ seed: "1" }} }});
          const file = new Blob([new Uint8Array([0, 255, 7])]);
          await s.store.put("uploads", {{ id: "u", title: "a.mid", file }});
          const text = await (await s.exportSession()).text();
          for (const [kind, id] of [["takes", "t"], ["uploads", "u"]]) await s.store.remove(kind, id);
          return text;
        }})"""
    )
    read = f"text => {STATE}.then((s) => s.importSession(new File([text], 'mine.json')))"
    assert page.evaluate(read, text) == {"takes": 1, "poems": 0}
    upload = (
        """s.store.get("uploads", "u").then(async (u) => [...new Uint8Array(await u.file.arrayBuffer())])"""
    )
    assert page.evaluate(f"{STATE}.then((s) => {upload})") == [0, 255, 7]
    assert page.evaluate(f"{STATE}.then((s) => s.store.get('takes', 't'))")["values"] == {"seed": "1"}
    for bad in (
        "",
        "[]",
        "null",
        '{"cadenza": 2}',
        '{"cadenza": 1, "takes": [{}]}',
        '{"cadenza": 1, "poems": 3}',
    ):
        line = page.evaluate(f"text => ({read})(text).then(() => '', (error) => error.message)", bad)
        assert line == "mine.json is no session of Cadenza."


def test_a_view_that_was_opened_without_the_studio_recovers(page: "Page") -> None:
    page.goto("/#emoji")
    page.locator(".labels li").first.wait_for()
    page.route("**/api/**", lambda route: route.abort())
    page.click('.views a[href="#names"]')
    page.get_by_text("The studio does not answer. Is it still running?").first.wait_for()
    page.unroute("**/api/**")
    page.locator("#view-names tbody tr").first.wait_for()
    assert page.get_by_text("The studio does not answer").count() == 0


def improvised(page: "Page", chart: str) -> str:
    """Improvises over a chart; returns the address of the take."""
    page.goto("/#jazz")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.locator(".setup-opener").click()
    page.get_by_label("Chart", exact=True).check()
    page.get_by_label("Chord chart").fill(chart)
    page.get_by_role("button", name="Improvise").click()
    page.wait_for_url(re.compile("chart=.*seed="))
    return page.url


def notes(page: "Page") -> Any:
    """What the take that is shown plays."""
    record = f"{STATE}.then((s) => s.store.get('takes', location.hash))"
    page.wait_for_function("() => document.querySelector('.kept [aria-pressed=true]')")
    return page.evaluate(f"{record}.then((record) => record.take.parts)")


def test_a_takes_address_plays_the_same_solo_for_somebody_else(
    page: "Page", new_context: Callable[..., "BrowserContext"]
) -> None:
    address = improvised(page, "title: Mine\n| Dm7 | G7 | Cmaj7 | A7 |")
    first = notes(page)
    other = new_context().new_page()
    other.goto(address)
    assert notes(other) == first
    assert other.get_by_label("Chord chart").input_value().startswith("title: Mine")


def test_takes_are_kept_renamed_starred_and_deleted_with_undo(page: "Page") -> None:
    improvised(page, "title: Mine\n| Dm7 | G7 |")
    card = page.locator(".kept", has_text="Mine")
    card.wait_for()
    page.get_by_role("button", name="Rename Mine").click()
    page.get_by_label("New name of Mine").fill("<b>Ours</b>")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Star <b>Ours</b>").click()
    page.locator(".kept [aria-label^=Star][aria-pressed=true]").wait_for()
    page.reload()
    assert (
        page.locator(".kept .take-card strong").first.inner_text() == "<b>Ours</b>"
    )  # the starred one first
    expect(page.locator(".stage-head h2")).to_have_text("<b>Ours</b>")
    page.get_by_role("button", name="Delete <b>Ours</b>").click()
    page.get_by_role("button", name="Delete <b>Ours</b>").wait_for(state="detached")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Delete <b>Ours</b>").wait_for()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def own_studio(port: int, networks: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A studio of its own at a port, and its process."""
    line = [
        sys.executable,
        "-m",
        "apps.studio",
        "--port",
        str(port),
        "--no-browser",
        "--networks",
        str(networks),
    ]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def test_the_page_goes_on_after_the_studio_was_killed_and_started_again(
    browser: "Browser", tmp_path: Path
) -> None:
    names = "abax\nabba\nbaxa\nxabba\nabacus\nbabax\nabra\n" * 3
    port = free_port()
    with own_studio(port, tmp_path) as (address, process):
        page = browser.new_context(base_url=address, reduced_motion="reduce").new_page()
        upload = {"name": "mine.mid", "mimeType": "audio/midi", "buffer": BUNDLED.read_bytes()}
        page.goto("/#jazz")
        page.locator(".take-card").first.wait_for()
        page.locator(".setup-opener").click()
        page.get_by_label("File", exact=True).check()
        page.locator(".jazz input[type=file][accept*=midi]").set_input_files(upload)
        page.locator(".piece-title").wait_for()
        page.get_by_role("button", name="Improvise").click()
        page.wait_for_url("**file=**seed=**")
        page.locator(".kept [aria-pressed=true]").wait_for()
        before = notes(page)
        page.goto("/#names")
        page.get_by_label("Names to learn from").fill(names)
        page.get_by_role("button", name="Learn these names").click()
        page.get_by_text("It has learnt your names.").wait_for(timeout=60_000)
        page.wait_for_url("**network=Own+names**seed=**")
        own = page.locator(".names tbody strong").all_inner_texts()
        process.send_signal(signal.SIGKILL)
        process.wait()
        page.get_by_role("button", name="Make names").click()
        page.get_by_text("The studio does not answer. Is it still running?").first.wait_for()
    with own_studio(port, tmp_path):
        page.goto("/#names")
        page.reload()
        page.locator(".names tbody .strip").first.wait_for()
        assert page.locator(".names tbody strong").all_inner_texts() == own
        page.goto("/#jazz")
        page.locator(".kept [aria-pressed=true]").wait_for()
        assert notes(page) == before
        with (
            page.expect_download() as download
        ):  # made again from its recipe, over the file that is sent again
            page.get_by_role("button", name="MIDI", exact=True).click()
        assert download.value.path().read_bytes().startswith(b"MThd")
        page.get_by_role("button", name="Improvise").click()
        expect(page.locator(".take-card")).to_have_count(3, timeout=30_000)
        page.context.close()


def test_sixty_takes_leave_no_listener_and_no_heap_behind(page: "Page") -> None:
    """Takes are shown one after the other, each from the store, as from the shelf."""
    page.goto("/#jazz")
    page.locator(".take-card").first.wait_for()
    show = f"""{STATE}.then(async (s) => {{
      const [take] = await s.store.all("takes");
      for (let n = 0; n < 60; n += 1) {{
        await s.store.put("takes", {{ ...take, id: "#t" + n, title: "Take " + n }});
        await s.store.remove("takes", "#t" + n);
      }}
    }})"""
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")

    def metrics() -> dict[str, float]:
        client.send("HeapProfiler.collectGarbage")
        found = client.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in found}

    page.evaluate(show)  # once, to warm up
    page.wait_for_timeout(500)
    before = metrics()
    page.evaluate(show)
    page.wait_for_timeout(500)
    after = metrics()
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 8
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] + 2e6
