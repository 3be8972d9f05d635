"""A browser between the studio and pages that mean harm, and two tabs at once."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

expect = pytest.importorskip("playwright.sync_api").expect

ATTACKS = """async (studio) => {
  const send = (path, options) => fetch(studio + path, options).then(() => "sent", () => "blocked");
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ text: "I love you" });
  return [
    await send("api/emoji/predict", { method: "POST", mode: "no-cors", body }),
    await send("api/emoji/predict", { method: "POST", headers, body }),
    await send("api/networks", { mode: "no-cors" }),
    await send("api/networks", {}),
  ];
}"""


class Elsewhere(BaseHTTPRequestHandler):
    """A page of another server on this machine: browsers do not even try from another machine's."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Elsewhere</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_page_elsewhere_gets_nothing(browser: "Browser", studio: str, elsewhere: str) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(elsewhere)
        assert page.evaluate(ATTACKS, studio) == ["blocked"] * 4
        page.set_content(f'<iframe src="{studio}"></iframe>')
        page.frame_locator("iframe").locator("body.neterror").wait_for(state="attached")
    finally:
        context.close()


def test_two_tabs_at_once(context: "BrowserContext") -> None:
    tabs = [context.new_page() for _ in range(2)]
    for tab in tabs:
        tab.goto("/#poem")
        tab.get_by_label("Takes").fill("2")
    for tab in tabs:
        tab.get_by_role("button", name="Write").click()
    third = context.new_page()
    third.goto("/#emoji")
    third.get_by_label("Sentence").fill("let us play ball")
    expect(third.locator(".face")).to_have_attribute("aria-label", "baseball")
    for tab in tabs:
        tab.bring_to_front()
        expect(tab.locator(".takes")).not_to_have_attribute("aria-busy", "true", timeout=30_000)
        written = tab.locator(".poem").first.locator("span:not(.given)").count()
        assert 400 <= written <= 440  # to the end of a word
    assert len({tab.locator(".poem").first.inner_text() for tab in tabs}) == 2
