"""The Poem view in a browser."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import p95_within

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

expect = pytest.importorskip("playwright.sync_api").expect

# Milliseconds from a click on Write to the first character on the page.
FIRST_CHARACTER = """() => new Promise((resolve) => {
  const view = document.getElementById("view-poem");
  const old = view.querySelector(".poem");
  const started = performance.now();
  new MutationObserver((_, observer) => {
    const poem = view.querySelector(".poem");
    if (poem && poem !== old && poem.querySelector("span:not(.given)")) {
      observer.disconnect();
      resolve(performance.now() - started);
    }
  }).observe(view, { childList: true, subtree: true });
  view.querySelector("button[type=submit]").click();
})"""


@pytest.fixture
def poem(new_context: Callable[..., "BrowserContext"]) -> "Page":
    """The Poem view, which shows characters as they come."""
    page = new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
    page.goto("/#poem")
    page.get_by_role("button", name="Write").wait_for()
    return page


def finished(page: "Page") -> None:
    expect(page.locator(".takes")).not_to_have_attribute("aria-busy", "true")


def write(page: "Page") -> "Locator":
    """Presses the button and waits until the poem is finished."""
    page.get_by_role("button", name="Write").click()
    finished(page)
    return page.locator(".poem").first


def test_a_poem_goes_on_from_the_beginning_and_differs_each_time(poem: "Page") -> None:
    poem.get_by_label("Beginning").fill("My mistress' eyes ")
    first = write(poem).inner_text()
    assert first.startswith("My mistress' eyes ") and len(first) > 300
    assert write(poem).inner_text() != first


def test_it_is_written_before_it_is_finished_and_can_be_stopped(page: "Page") -> None:
    page.goto("/#poem")
    page.get_by_role("button", name="Write").click()
    page.locator(".poem span").nth(20).wait_for()
    page.get_by_role("button", name="Stop").click()
    count = page.locator(".poem span").count()
    assert 20 < count < 300
    page.wait_for_timeout(300)
    assert page.locator(".poem span").count() <= count + 1
    assert page.get_by_role("button", name="Stop").is_disabled()
    assert page.locator("#view-poem form .error").is_hidden()


def test_characters_show_what_they_could_have_been(poem: "Page") -> None:
    write(poem)
    character = poem.locator(".poem span:not(.given)").nth(3)
    character.hover()
    card = poem.locator(".likeliest")
    card.wait_for()
    rows = card.locator("li").all_inner_texts()
    assert len(rows) == 5 and all("%" in row for row in rows)
    box, spot = card.bounding_box(), character.bounding_box()
    assert box is not None and spot is not None
    assert 0 <= box["y"] - (spot["y"] + spot["height"]) < 12
    poem.mouse.move(5, 5)
    card.wait_for(state="hidden")


def test_the_sliders_change_what_is_drawn_from(poem: "Page") -> None:
    poem.get_by_label("Top-k").fill("1")
    first = write(poem).inner_text()
    poem.locator(".poem span:not(.given)").nth(3).hover()
    assert poem.locator(".likeliest li").all_inner_texts()[0].endswith("100\u00a0%")
    assert poem.locator(".likeliest li").count() == 1
    assert write(poem).inner_text() == first  # the likeliest character is always the same
    poem.get_by_label("Top-k").fill("40")
    poem.get_by_role("slider", name="Temperature").fill("1.5")
    assert write(poem).inner_text() != first


def test_several_takes_and_copy(poem: "Page", studio: str) -> None:
    poem.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=studio)
    poem.get_by_label("Takes").fill("3")
    write(poem)
    texts = [poem.locator(".poem").nth(take).text_content() for take in range(3)]
    assert len(set(texts)) == 3
    poem.get_by_role("button", name="Copy").nth(1).click()
    poem.get_by_role("button", name="Copied").wait_for()
    assert poem.evaluate("navigator.clipboard.readText()") == texts[1]


def test_it_works_by_keyboard_alone(poem: "Page") -> None:
    poem.get_by_label("Beginning").press("Control+Enter")
    finished(poem)
    poem.keyboard.press("Tab")
    for _ in range(20):
        if poem.evaluate("document.activeElement.classList.contains('poem')"):
            break
        poem.keyboard.press("Tab")
    poem.keyboard.press("ArrowRight")
    poem.keyboard.press("ArrowRight")
    assert poem.locator(".likeliest li").count() == 5
    aloud = poem.locator("#view-poem [aria-live=polite]").inner_text()
    assert re.match(r"(.|space|line break): .+%", aloud)
    poem.keyboard.press("Escape")
    poem.locator(".likeliest").wait_for(state="hidden")


def test_what_the_network_does_not_know_is_said(poem: "Page") -> None:
    poem.get_by_label("Beginning").fill("<img src=x onerror=alert(1)> 愛 ")
    text = write(poem).inner_text()
    assert text.startswith("<img src=x onerror=alert(1)> 愛")  # as text
    assert "characters left out" in poem.locator("#view-poem .note").first.inner_text()
    assert poem.locator("#view-poem img").count() == 0


def test_an_error_is_one_line_and_the_next_poem_is_written(poem: "Page") -> None:
    poem.route("**/api/poem/write", lambda route: route.abort())
    poem.get_by_role("button", name="Write").click()
    poem.get_by_text("The studio does not answer. Is it still running?").wait_for()
    poem.unroute("**/api/poem/write")
    write(poem)
    assert poem.locator("#view-poem form .error").is_hidden()


def test_the_first_character_comes_at_once(poem: "Page") -> None:
    def measure() -> list[float]:
        times = []
        for _ in range(20):
            times.append(float(poem.evaluate(FIRST_CHARACTER)))
            finished(poem)
        return times

    write(poem)  # loads the network
    assert p95_within("first character", measure, 3 * 50)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_finished_poem_is_accessible(
    new_context: Callable[..., "BrowserContext"],
    axe: Callable[["Page"], str],
    screenshots: Path | None,
    scheme: str,
    width: int,
) -> None:
    size = {"width": width, "height": 844}
    page = new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce").new_page()
    page.goto("/#poem")
    if width < 700:
        page.get_by_text("Settings").click()
    page.get_by_label("Takes").fill("2")
    write(page)
    page.locator(".poem").first.focus()
    page.keyboard.press("ArrowRight")
    page.locator(".likeliest").wait_for()
    assert axe(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if screenshots is not None:
        page.screenshot(path=screenshots / f"poem-{scheme}-{width}.png", full_page=True)


def test_the_drawn_character_is_always_in_its_card(poem: "Page") -> None:
    poem.get_by_role("slider", name="Temperature").fill("1.5")
    write(poem)
    letters = poem.locator(
        ".poem span:not(.given)", has_text=re.compile(r"\w")
    )  # spaces at a line's end have no width
    for place in range(0, 275, 25):
        letters.nth(place).click()
        assert poem.locator(".likeliest li.drawn").count() == 1
        poem.keyboard.press("Escape")  # the card may lie over the next one


def test_another_character_is_chosen_and_the_poem_goes_on_from_there(poem: "Page") -> None:
    before = write(poem).text_content() or ""
    poem.locator(".poem span:not(.given)").nth(12).click()
    other = poem.locator(".likeliest li:not(.drawn) .symbol").first
    symbol = other.inner_text()
    other.click()
    finished(poem)
    after = poem.locator(".poem").text_content() or ""
    start = before[: len("love is ") + 12]
    assert after.startswith(start + symbol) and after != before and len(after) > len(start) + 300
    assert poem.locator(".poem .given").text_content() == "love is "
    poem.go_back()
    poem.locator(".poem .before").wait_for(state="detached")
    assert poem.locator(".poem").text_content() == before


def test_it_goes_on_and_ends_with_a_word(poem: "Page") -> None:
    first = write(poem).text_content() or ""
    assert first[-1].isspace() and 400 <= len(first) - len("love is ") <= 440
    poem.get_by_role("button", name="Go on").click()
    finished(poem)
    second = poem.locator(".poem").text_content() or ""
    assert second.startswith(first) and len(second) >= len(first) + 400


def test_three_temperatures_are_side_by_side_and_coloured_by_surprise(poem: "Page") -> None:
    poem.get_by_label("Three temperatures side by side").check()
    write(poem)
    labels = poem.locator(".take h2").all_inner_texts()
    assert labels == ["Temperature 0.35", "Temperature 0.7", "Temperature 1.4"]
    counts = [poem.locator(".poem").nth(n).locator("[class^=surprise]").count() for n in range(3)]
    assert 0 < counts[0] < counts[2]
    poem.get_by_label("Colour by surprise").uncheck()
    background = "span => getComputedStyle(span).backgroundColor"
    coloured = poem.locator(".poem .surprise-3, .poem .surprise-2").first
    assert coloured.evaluate(background) == "rgba(0, 0, 0, 0)"


def test_a_poems_address_writes_it_for_somebody_else(
    poem: "Page", new_context: Callable[..., "BrowserContext"]
) -> None:
    poem.get_by_label("Beginning").fill("O Rome & home\n")
    text = write(poem).text_content()
    poem.wait_for_url("**Rome**seed=*")
    address = poem.url
    other = new_context(reduced_motion="reduce").new_page()
    other.goto(address)
    expect(other.get_by_label("Beginning")).to_have_value("O Rome & home\n")
    other.locator(".poem span").nth(300).wait_for()
    finished(other)
    assert other.locator(".poem").text_content() == text
    poem.route("**/api/poem/write", lambda route: route.abort())
    poem.reload()  # the kept one needs no studio
    poem.locator(".poem span").nth(300).wait_for()
    assert poem.locator(".poem").text_content() == text


def test_on_a_phone_a_tapped_card_stays_and_the_poem_is_on_the_first_screen(
    new_context: Callable[..., "BrowserContext"],
) -> None:
    size = {"width": 390, "height": 844}
    page = new_context(viewport=size, has_touch=True, is_mobile=True, reduced_motion="reduce").new_page()
    page.goto("/#poem")
    page.locator(".poem span").nth(300).wait_for()
    box = page.locator(".poem").bounding_box()
    assert box is not None and box["y"] < 700
    page.locator(".poem span:not(.given)").nth(8).tap()
    page.wait_for_timeout(600)
    assert page.locator(".likeliest").is_visible()
    low = "all => all.map(b => b.getBoundingClientRect().height).filter(height => height < 44)"
    assert page.eval_on_selector_all(".likeliest button", low) == []
    page.locator("h1:visible").tap()
    page.locator(".likeliest").wait_for(state="hidden")
