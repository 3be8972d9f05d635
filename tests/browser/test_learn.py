"""The Learn view: a loss that falls, stop and resume, two tabs, three curves, and the cells of an LSTM."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PARTS = ("train", "compare", "inside")
LONG = 120_000  # milliseconds: the first training loads TensorFlow
NAMES = "abax\nabba\nbaxa\nxabba\nabacus\nbabax\nabra\n"


def open_part(page: "Page", part: str) -> "Locator":
    page.goto("/#learn")
    page.click(f"#tab-{part}")
    panel = page.locator(f"#part-{part}")
    if part == "inside":
        panel.locator(".readout .letter").wait_for()
    else:
        panel.locator("button[type=submit]").wait_for()
    return panel


def train(panel: "Locator", app: str = "dinos", **settings: object) -> None:
    panel.get_by_label("Network of").select_option(app)
    for label, value in settings.items():
        panel.get_by_label(label.capitalize(), exact=True).fill(str(value))
    panel.get_by_role("button", name="Train", exact=True).click()


def status(panel: "Locator") -> "Locator":
    return panel.locator(".run-status")


def wait_for_status(panel: "Locator", text: str) -> None:
    status(panel).filter(has_text=re.compile(text)).wait_for(timeout=LONG)


def heights(panel: "Locator", selector: str = "polyline.series-1") -> list[float]:
    """The heights of a line's points on the chart, from the top: a loss that falls goes down."""
    panel.evaluate("() => new Promise(requestAnimationFrame)")  # the chart is drawn once a frame
    line = panel.locator(f".chart-drawing {selector}")
    points = (line.get_attribute("points") or "") if line.count() else ""  # one point is no line
    return [float(point.split(",")[1]) for point in points.split()]


def test_a_loss_falls_and_the_network_can_be_chosen_at_once(page: "Page") -> None:
    panel = open_part(page, "train")
    train(panel, epochs=40)
    wait_for_status(panel, "Done: 40 epochs are kept.")
    drawn = heights(panel)
    assert len(drawn) == 40 and drawn[-1] > drawn[0] + 100
    assert panel.locator(".samples li").count() == 10
    panel.get_by_text("Losses as a table").click()
    panel.locator(".as-table tbody tr").nth(39).wait_for()
    page.get_by_role("link", name="Names").last.click()
    network = page.locator("#view-names").get_by_label("Network")
    network.select_option(label="Bundled dinosaurs, 40 epochs")


def test_stop_keeps_the_epochs_and_resume_goes_on(page: "Page") -> None:
    panel = open_part(page, "train")
    train(panel, epochs=1000)
    panel.locator(".samples li").or_(panel.locator(".chart-drawing .mark")).first.wait_for(timeout=LONG)
    panel.get_by_role("button", name="Stop").click()
    wait_for_status(panel, "Stopped: [0-9]+ epochs? (is|are) kept.")
    done = int(re.findall("[0-9]+", status(panel).inner_text())[0])
    assert 0 < done < 1000
    assert len(heights(panel)) in (0, done)
    panel.get_by_role("button", name="Resume to 1000 epochs").click()
    count = panel.locator(".run-line .number")
    count.filter(has_text=re.compile("epoch [0-9]+")).wait_for(timeout=LONG)
    panel.get_by_role("button", name="Stop").click()
    wait_for_status(panel, "Stopped: [0-9]+ epochs are kept.")
    after = int(re.findall("[0-9]+", status(panel).inner_text())[0])
    assert after > done
    assert len(heights(panel)) == after


def test_of_two_tabs_the_second_waits_and_says_so(context: Any) -> None:
    first, second = (open_part(context.new_page(), "train") for _ in range(2))
    train(first, epochs=1000)
    first.locator(".chart-drawing .mark").first.wait_for(timeout=LONG)
    train(second, epochs=2)
    wait_for_status(second, "Another training is running.")
    first.get_by_role("button", name="Stop").click()
    wait_for_status(first, "Stopped")
    wait_for_status(second, "Done: 2 epochs are kept.")


def test_a_closed_tab_ends_its_training_and_the_network_is_listed(context: Any) -> None:
    page, other = context.new_page(), context.new_page()
    panel = open_part(page, "train")
    train(panel, epochs=1000, seed=77)
    begun = re.compile(r"^epoch ([3-9]|[0-9]{2,}) of 1000$")
    panel.locator(".run-line .number").filter(has_text=begun).wait_for(timeout=LONG)
    before = other.request.get("/api/networks").json()["dinos"]
    page.close()
    panel = open_part(other, "train")
    train(panel, epochs=1)  # begins when the other has ended
    wait_for_status(panel, "Done: 1 epoch is kept.")
    after = other.request.get("/api/networks").json()["dinos"]
    assert len(after) == len(before) + 2
    assert int(re.findall("[0-9]+", after[-2]["title"])[0]) >= 3


def test_a_jazz_network_is_heard(page: "Page") -> None:
    panel = open_part(page, "train")
    train(panel, "jazz", epochs=3)
    audio = panel.locator("audio")
    audio.wait_for(timeout=LONG)
    audio.evaluate("sound => sound.play()")
    page.wait_for_function("() => document.querySelector('#part-train audio').currentTime > 0.2")
    assert audio.evaluate("sound => sound.duration") > 5


def test_an_upload_is_learnt_from_and_its_title_stays_text(page: "Page") -> None:
    panel = open_part(page, "train")
    page.set_viewport_size({"width": 360, "height": 800})
    title = '<img src="x" onerror="document.title=1">' + "W" * 70 + ".txt"
    drop = panel.locator("input[type=file]")
    drop.set_input_files({"name": title, "mimeType": "text/plain", "buffer": NAMES.encode()})
    panel.get_by_text("7 names of 7 characters").wait_for()
    train(panel, epochs=3)
    wait_for_status(panel, "Done: 3 epochs are kept.")
    assert panel.locator(".trained strong").inner_text() == f"{title}, 3 epochs"
    assert page.locator("main img").count() == 0
    for part in PARTS:
        page.click(f"#tab-{part}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(
    ("app", "name", "content", "line"),
    [
        ("dinos", "blank.txt", b"\n \n", "blank.txt holds no name"),
        ("jazz", "not a song.mid", b"MThd" + bytes(40), "not a song.mid"),
        ("emojify", "own.csv", b"no label\n", "own.csv: line 1 has 1 column"),
        ("shakespeare", "huge.txt", b"a" * 4_000_001, "The file has more than 4 MB."),
    ],
)
def test_a_malformed_or_huge_upload_gives_one_line(
    page: "Page", app: str, name: str, content: bytes, line: str
) -> None:
    panel = open_part(page, "train")
    panel.get_by_label("Network of").select_option(app)
    panel.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    alert = panel.locator("fieldset [role=alert]:visible")
    alert.wait_for()
    assert line in alert.inner_text() and "\n" not in alert.inner_text()
    assert page.request.get("/api/networks").ok


def test_three_curves_are_drawn_in_one_chart(page: "Page", screenshots: Path | None) -> None:
    panel = open_part(page, "compare")
    panel.get_by_role("slider", name="Epochs").fill("3")
    panel.get_by_role("slider", name="Weights of each").fill("2000")
    panel.get_by_role("button", name="Compare").click()
    wait_for_status(panel, "Done.")
    for number in (1, 2, 3):
        assert len(heights(panel, f"polyline.series-{number}")) == 3
    assert panel.locator(".chip").all_inner_texts()[1].startswith("LSTM: ")
    assert panel.locator(".chart-legend li:visible").count() == 3
    if screenshots is not None:
        page.screenshot(path=screenshots / "learn-compare.png", full_page=True)


def test_the_numbers_inside_an_lstm_follow_pointer_and_keys(page: "Page", screenshots: Path | None) -> None:
    panel = open_part(page, "inside")
    cells, readout = panel.get_by_role("slider", name="Cells"), panel.locator(".readout")
    assert readout.locator(".letter").inner_text() == "s"
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
    assert readout.locator(".letter").inner_text() == "?"
    spoken = cells.get_attribute("aria-valuetext") or ""
    assert re.fullmatch(r"character 39, \?, cell [0-9]+: Cell state c −?[0-9.]+", spoken)
    cells.focus()
    cells.press("Home")
    cells.press("ArrowRight")
    assert readout.locator(".letter").inner_text() == "h"
    assert (cells.get_attribute("aria-valuetext") or "").startswith("character 2, h, cell")
    panel.get_by_label("The cells' map shows").select_option("forget")
    assert "Forget gate" in (cells.get_attribute("aria-valuetext") or "")
    panel.get_by_text("All numbers as a table").click()
    panel.locator(".as-table tbody tr").nth(38).wait_for()
    assert panel.locator(".as-table thead th").count() == 37
    if screenshots is not None:
        page.screenshot(path=screenshots / "learn-inside.png", full_page=True)


def test_what_is_typed_is_read_by_either_layer(page: "Page") -> None:
    panel = open_part(page, "inside")
    readout = panel.locator(".readout")
    with page.expect_response("**/api/learn/trace"):
        panel.get_by_label("A text").fill("Love is")
    readout.locator(".letter", has_text="l").wait_for()
    first = readout.inner_text()
    with page.expect_response("**/api/learn/trace"):
        panel.get_by_label("Layer").select_option("2")
    page.wait_for_function("before => document.querySelector('.readout').innerText !== before", arg=first)
    with page.expect_response("**/api/learn/trace"):
        panel.get_by_label("A text").fill("\u4e2d")
    alert = panel.get_by_role("alert")
    assert "expected a character that the network knows" in alert.inner_text()


def test_a_heat_map_has_both_colours(page: "Page") -> None:
    panel = open_part(page, "inside")
    counts = panel.get_by_role("slider", name="Cells").evaluate(
        """canvas => {
             const {data} = canvas.getContext("2d").getImageData(0, 24, canvas.width, canvas.height - 24);
             let blue = 0, red = 0;
             for (let i = 0; i < data.length; i += 4) {
               blue += data[i + 2] > data[i] + 40;
               red += data[i] > data[i + 2] + 40;
             }
             return [blue, red];
           }"""
    )
    assert min(counts) > 1000


def test_it_works_by_keyboard_alone(page: "Page") -> None:
    page.goto("/#learn")
    page.locator("#tab-train").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#part-compare").get_by_role("button", name="Compare").wait_for()
    page.keyboard.press("ArrowLeft")
    epochs = page.locator("#part-train").get_by_label("Epochs", exact=True)
    for _ in range(12):
        page.keyboard.press("Tab")
        if epochs.evaluate("input => input === document.activeElement"):
            break
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    wait_for_status(page.locator("#part-train"), "Done: 3 epochs are kept.")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_axe_finds_nothing_in_any_part(
    new_context: Callable[..., Any], screenshots: Path | None, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    for part in PARTS:
        panel = open_part(page, part)
        if part == "train":
            train(panel, epochs=20)
            wait_for_status(panel, "Done")
        for summary in panel.locator("summary:visible").all():
            summary.click()
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if screenshots is not None:
            page.screenshot(path=screenshots / f"learn-{part}-{scheme}-{width}.png", full_page=True)


def test_one_cell_colours_the_whole_text_and_has_an_address(page: "Page") -> None:
    panel = open_part(page, "inside")
    cell = panel.get_by_label("One cell")
    name = cell.locator("option").nth(5).inner_text()
    cell.select_option(label=name)
    panel.locator(".one-cell h2", has_text=f"Cell state c of {name.lower()}").wait_for()
    assert panel.locator(".tinted").text_content() == "shall i compare thee to a summer's day?"
    tones = panel.locator(".tinted span").evaluate_all("all => new Set(all.map(span => span.className)).size")
    assert tones >= 4
    assert re.search("cell=[0-9]+", page.url)
    page.reload()
    panel.locator(".one-cell h2", has_text=name.lower()).wait_for()
    cells = panel.get_by_role("slider", name="Cells")
    cells.press("Enter")  # picks the cell of the row that is pointed at
    first = cell.locator("option").nth(1).inner_text()
    panel.locator(".one-cell h2", has_text=re.compile(f"{first.lower()}$")).wait_for()


def test_a_training_s_curve_and_its_network_are_there_after_a_reload(page: "Page") -> None:
    panel = open_part(page, "train")
    train(panel, epochs=12)
    wait_for_status(panel, "Done: 12 epochs are kept.")
    drawn = heights(panel)
    panel.get_by_label("Its name").fill("Twelve")
    panel.get_by_role("button", name="Save name").click()
    panel.locator(".trained strong", has_text="Twelve").wait_for()
    page.reload()
    wait_for_status(panel, "Done: 12 epochs are kept.")
    assert heights(panel) == drawn
    page.goto("/#names")
    assert "Twelve" in page.locator("#view-names select").inner_text()
    page.goto("/#learn/train")
    panel.locator(".trained a").click()
    page.wait_for_url("**names?network=**")
    page.locator("#view-names tbody tr").first.wait_for()


def test_leaving_is_asked_about_while_a_network_learns(page: "Page") -> None:
    panel = open_part(page, "train")
    train(panel, epochs=1000)
    panel.locator(".chart-drawing .mark").first.wait_for(timeout=LONG)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    panel.get_by_role("button", name="Stop").click()
    wait_for_status(panel, "Stopped")
