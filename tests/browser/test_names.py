"""The Names view in a browser."""

from typing import TYPE_CHECKING

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
    names.get_by_text("name has '<'; the network knows").wait_for()
    names.get_by_label("Beginning").fill("日本")
    names.get_by_label("Beginning").press("Enter")
    names.get_by_text("start has '日'; the network knows").wait_for()
    names.get_by_label("Beginning").fill("a")
    names.get_by_label("Beginning").press("Enter")
    names.get_by_text("start has '日'").wait_for(state="hidden")
    assert names.locator("#view-names img").count() == 0
