"""The page around the views: navigation, both schemes, a phone's width, keyboard, weight, accessibility."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import VIEWS

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request


def visible_sections(page: "Page") -> list[str]:
    return page.eval_on_selector_all("main > section", "all => all.filter(s => !s.hidden).map(s => s.id)")


def open_view(page: "Page", view: str) -> None:
    page.goto(f"/#{view}")
    page.locator(f"#view-{view} h1").wait_for()
    page.wait_for_load_state("networkidle")


def test_each_view_has_its_address_and_link(page: "Page") -> None:
    page.goto("/")
    assert visible_sections(page) == ["view-jazz"]
    for view in VIEWS:
        page.click(f'.views a[href="#{view}"]')
        page.locator(f"#view-{view} h1").wait_for()
        assert visible_sections(page) == [f"view-{view}"]
        assert page.locator(".views [aria-current=page]").inner_text() == page.title().split(" · ")[0]
    page.go_back()
    page.locator("#view-emoji h1").wait_for()
    assert visible_sections(page) == ["view-emoji"]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("view", VIEWS)
def test_no_view_is_wider_than_its_window(new_context: Callable[..., Any], view: str, width: int) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    open_view(page, view)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(
    new_context: Callable[..., Any], axe: Callable[["Page"], str], view: str, scheme: str
) -> None:
    page = new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme).new_page()
    open_view(page, view)
    assert axe(page) == ""


def test_the_keyboard_reaches_every_view_and_its_content(page: "Page") -> None:
    page.goto("/#names")
    page.locator("#view-names h1").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for name in ("Jazz", "Poem", "Names", "Emoji"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Enter")
    page.locator("#view-emoji h1").wait_for()
    assert visible_sections(page) == ["view-emoji"]
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main" and page.url.endswith("#emoji")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('section').id") == "view-emoji"


def test_every_place_that_has_the_focus_shows_it(page: "Page") -> None:
    page.goto("/#poem")
    page.get_by_role("button", name="Write").wait_for()
    seen = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "[document.activeElement.outerHTML, getComputedStyle(document.activeElement).outline]"
        )
        seen.add(name)
        assert name.startswith("<body") or "solid 2px" in outline, name
    assert len(seen) > 10


def test_the_page_is_light(page: "Page") -> None:
    sizes: list[int] = []

    def on_request(request: "Request") -> None:
        if not any(part in request.url for part in ("/sheet", "/instruments", "/improvise")):  # the music
            sizes.append(len(request.response().body()))

    page.on("requestfinished", on_request)
    for view in VIEWS:
        open_view(page, view)
    print(f"\npage weight: {sum(sizes) / 1000:.0f} kB")
    assert sum(sizes) < 350_000
