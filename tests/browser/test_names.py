"""The Names view in a browser."""

from typing import TYPE_CHECKING, Any

import pytest

from data import dinosaurs

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def names(page: "Page") -> "Page":
    page.goto("/#names")
    page.locator(".names tbody tr").first.wait_for()
    return page


def made(page: "Page") -> list[str]:
    return page.locator(".names tbody strong").all_inner_texts()


def test_names_are_made_with_a_number_for_each_letter(names: "Page") -> None:
    before = made(names)
    assert len(before) == 12
    names.get_by_label("Beginning").fill("tyr")
    names.get_by_label("How many").fill("5")
    names.get_by_role("button", name="Make names").click()
    expect(names.locator(".names tbody tr")).to_have_count(5)
    assert all(name.startswith("Tyr") for name in made(names))
    row = names.locator(".names tbody tr").first
    letters = row.locator(".strip li").all_inner_texts()
    assert len(letters) == len(made(names)[0]) + 1 and letters[-1].startswith("end")
    assert all(float(letter.split()[-1]) >= 0 for letter in letters)
    assert row.locator(".chip").inner_text() in ("known", "new")


def test_a_name_of_ones_own_is_measured_while_it_is_typed(names: "Page") -> None:
    known = dinosaurs.bundled().names[3]
    field = names.get_by_label("A name of your own")
    field.press_sequentially(known)
    expect(names.locator(".measured strong")).to_have_text(known)
    assert names.locator(".measured .chip").inner_text() == "known"
    field.press_sequentially("qq")
    expect(names.locator(".measured strong")).to_have_text(known + "qq")
    assert names.locator(".measured .chip").inner_text() == "new"
    field.fill("")
    names.locator(".measured").wait_for(state="hidden")


def test_errors_are_one_line_beside_what_caused_them(names: "Page") -> None:
    names.get_by_label("A name of your own").fill("<img onerror=alert(1)>")
    names.get_by_text("has a '<', which this network has never seen").wait_for()
    names.get_by_label("Beginning").fill("日本")
    names.get_by_label("Beginning").press("Enter")
    names.get_by_text("'日本' has a '日', which this network has never seen").wait_for()
    names.get_by_label("Beginning").fill("a")
    names.get_by_label("Beginning").press("Enter")
    names.get_by_text("'日本' has a").wait_for(state="hidden")
    assert names.locator("#view-names img").count() == 0


def test_names_are_pasted_learnt_made_and_saved_on_one_page(names: "Page") -> None:
    own = "abax\nabba\nbaxa\nxabba\nabacus\nbabax\nabra\n" * 3
    names.get_by_label("Names to learn from").fill(own)
    names.get_by_role("button", name="Learn these names").click()
    names.get_by_text("It has learnt your names.").wait_for(timeout=60_000)
    expect(names.get_by_label("Network", exact=True)).to_contain_text("Own names")
    names.locator(".names tbody .strip").first.wait_for()
    assert set("".join(made(names)).lower()) <= set("abcrsux")
    names.get_by_label("Its name").fill("Abaxes")
    names.get_by_role("button", name="Save name").click()
    names.locator(".trained strong", has_text="Abaxes").wait_for()
    names.get_by_label("Beginning").fill("T. rex")
    names.get_by_role("button", name="Make names").click()
    names.get_by_text("'T. rex' has a 'T', which this network has never seen").wait_for()
    names.get_by_label("Beginning").fill("")
    names.get_by_role("button", name="Make names").click()
    names.wait_for_url("**network=Abaxes**seed=**")
    shown = made(names)
    names.reload()
    names.locator(".names tbody tr").first.wait_for()
    assert made(names) == shown
    names.get_by_text("Networks of your own").click()
    names.get_by_role("button", name="Delete Abaxes").click()
    names.get_by_role("button", name="Delete for good").click()
    names.get_by_role("button", name="Delete Abaxes").wait_for(state="detached")


def test_the_first_screen_of_a_phone_shows_names(new_context: Any) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto("/#names")
    first = page.locator(".names tbody strong").first  # a long name's letters may go on below
    first.wait_for()
    box = first.bounding_box()
    assert box is not None and box["y"] + box["height"] < 844
