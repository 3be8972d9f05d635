"""The Emoji view in a browser."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import p95_within

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api").expect

SENTENCE = "I am so happy to see you at the ball game today"
# Milliseconds from each keystroke to its answer on the page.
KEYSTROKES = """async (sentence) => {
  const field = document.querySelector("#view-emoji input");
  const words = document.querySelector("#view-emoji .words");
  const labels = () => [...words.querySelectorAll("li > span:nth-child(2)")];
  const shown = () => labels().map((label) => label.textContent).join(" ");
  const times = [];
  for (let end = 1; end <= sentence.length; end += 1) {
    if (sentence[end - 1] === " ") continue;
    const started = performance.now();
    field.value = sentence.slice(0, end);
    const answered = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (shown() !== field.value) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(words, { childList: true, subtree: true });
    });
    field.dispatchEvent(new Event("input"));
    await answered;
    times.push(performance.now() - started);
  }
  return times;
}"""


@pytest.fixture
def emoji(page: "Page") -> "Page":
    page.goto("/#emoji")
    page.locator(".labels li").first.wait_for()
    return page


def face(page: "Page", name: str) -> None:
    expect(page.locator(".face")).to_have_attribute("aria-label", name)


def test_the_answer_changes_while_typing(emoji: "Page") -> None:
    face(emoji, "heart")
    field = emoji.get_by_label("Sentence")
    field.fill("")
    emoji.get_by_text("Nothing is typed").wait_for()
    field.press_sequentially("let us play ball")
    face(emoji, "baseball")
    shares = emoji.locator(".labels .number").all_inner_texts()
    assert len(shares) == 5 and all(share.endswith("%") for share in shares)
    emoji.get_by_role("button", name="who ate my pizza?").click()
    face(emoji, "fork and knife")


def test_each_word_shows_what_it_contributes_and_unknown_ones_are_marked(emoji: "Page") -> None:
    emoji.get_by_label("Sentence").fill("I love you qzxy")
    emoji.locator(".words .unknown").wait_for()
    columns = [text.split() for text in emoji.locator(".words li").all_inner_texts()]
    assert [column[0] for column in columns] == ["I", "love", "you", "qzxy"]
    assert columns[3][1] == "unknown"
    assert int(columns[1][1]) == max(
        int(number.replace("−", "-").replace("±", "")) for _, number in columns[:3]
    )


def test_markup_stays_text_and_a_long_sentence_keeps_its_place(emoji: "Page") -> None:
    emoji.get_by_label("Sentence").fill("<img src=x onerror=alert(1)> " + "w" * 370)
    emoji.get_by_text("No word is known").wait_for()
    assert emoji.locator("#view-emoji img").count() == 0
    assert emoji.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_studio_that_has_ended_is_said(emoji: "Page") -> None:
    emoji.route("**/api/emoji/predict", lambda route: route.abort())
    emoji.get_by_label("Sentence").fill("I love you more")
    emoji.get_by_text("The studio does not answer. Is it still running?").wait_for()
    emoji.unroute("**/api/emoji/predict")
    emoji.get_by_label("Sentence").fill("I love you most")
    emoji.get_by_text("The studio does not answer").wait_for(state="hidden")


def test_an_answer_comes_with_the_keystroke(emoji: "Page") -> None:
    emoji.evaluate(KEYSTROKES, "not feeling happy")  # warm
    assert p95_within("emoji answer", lambda: list(emoji.evaluate(KEYSTROKES, SENTENCE)), 3 * 50)
