"""Trading in a browser: a virtual keyboard plays over the band, and the network answers in time."""

import base64
import shutil
import statistics
import subprocess
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data import solos
from models import jazz
from models.jazz.options import ImproviseOptions, TradeOptions
from models.jazz.trading import Trade
from music import midi
from music.score import Note

Error = pytest.importorskip("playwright.sync_api").Error

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, Route

CHART = "tempo: {tempo}\n" + "| Dm7 | G7 | Cmaj7 | A7 |\n" * 2
LATENCY = 30.0  # milliseconds from a key to its sound, 95 of 100
# Notes down every sound that is started, and plays keys at given places of the music.
VIRTUAL = """
const start = AudioBufferSourceNode.prototype.start;
window.sounds = [];
AudioBufferSourceNode.prototype.start = function (when, ...rest) {
  if (this.context instanceof AudioContext) {
    const { context, buffer: { duration } } = this;
    const { currentTime } = context;
    const latency = context.baseLatency + context.outputLatency;
    sounds.push({ context, when, currentTime, at: performance.now(), duration, latency });
  }
  return start.call(this, when, ...rest);
};
window.key = (type, code, timeStamp) => {
  const event = new KeyboardEvent(type, { code, key: "", bubbles: true, cancelable: true });
  if (timeStamp) Object.defineProperty(event, "timeStamp", { value: timeStamp });
  document.body.dispatchEvent(event);
};
// events: [position, type, code]; zero: the context's time of position 0. An event may be sent late, but it
// says when it was.
window.playKeys = async (events, zero, seconds) => {
  const { context } = sounds.findLast(({ duration }) => Math.abs(duration - seconds) < 0.01);
  for (const [position, type, code] of events) {
    let when;
    for (;;) {
      const { contextTime, performanceTime } = context.getOutputTimestamp();
      when = performanceTime + (zero + position - contextTime) * 1000;
      if (performance.now() >= when) break;
      await new Promise((wake) => setTimeout(wake, 5));
    }
    key(type, code, when);
  }
};
"""
FAKE_MIDI = """
window.midi = { inputs: new Map(), onstatechange: null };
window.plug = (name) => {
  midi.inputs.set(name, { id: name, name, state: "connected", onmidimessage: null });
  midi.onstatechange?.({});
};
window.unplug = (name) => {
  midi.inputs.delete(name);
  midi.onstatechange?.({});
};
window.send = (name, ...data) =>
  midi.inputs.get(name).onmidimessage({ data: Uint8Array.from(data), timeStamp: performance.now() });
navigator.requestMIDIAccess = async () => midi;
"""


def open_panel(page: "Page", script: str = VIRTUAL) -> "Locator":
    page.add_init_script(script)
    page.goto("/#jazz")
    panel = page.locator(".trade")
    page.locator(".take-card").first.wait_for()  # the first take is there
    panel.locator("summary").click()
    panel.locator(".key span", has_text="A").first.wait_for()
    return panel


def choose_chart(page: "Page", text: str) -> None:
    opener = page.locator(".setup-opener")
    if opener.get_attribute("aria-expanded") == "false":
        opener.click()
    page.get_by_role("radio", name="Chart").check()
    page.locator(".chart-input").fill(text)


class Traded:
    """A trade that has begun: what the studio said, and where the music is."""

    def __init__(self, page: "Page", tempo: int, measures: int = 2, chart: str = CHART) -> None:
        self.page, self.tempo, self.panel = page, tempo, page.locator(".trade")
        self.answers: list[tuple[dict[str, Any], dict[str, Any]]] = []
        choose_chart(page, chart.format(tempo=tempo))
        page.locator("#view-jazz").get_by_text("8 measures", exact=True).wait_for()
        self.panel.get_by_label("Turns").select_option(str(measures))
        self.panel.get_by_label("Choruses to trade").fill("1")
        page.on("requestfinished", self._heard)
        with page.expect_response("**/api/jazz/trade") as response:
            self.panel.get_by_role("button", name="Trade", exact=True).click()
        self.take: dict[str, Any] = response.value.json()
        self.durations = self._durations()
        bass = next(part for part in self.take["parts"] if part["name"] == "Bass")["notes"]
        page.wait_for_function(
            "seconds => sounds.some(({duration}) => Math.abs(duration - seconds) < 0.01)",
            arg=self.durations["bass"],
        )
        self.zero = min(sound["when"] for sound in self.sounds("bass")) - bass[0][0]

    def _heard(self, request: Any) -> None:
        if request.url.endswith("/trade/answer"):
            with suppress(Error):  # the page was closed meanwhile
                self.answers.append((request.post_data_json, request.response().json()))

    def _durations(self) -> dict[str, float]:
        """The seconds of each instrument's sounds, by which one knows what is played."""
        found = self.page.evaluate("() => fetch('/api/instruments').then((response) => response.json())")
        return {
            name: max(start + seconds for _, start, seconds, *_ in about["sounds"]) + 0.05
            for name, about in found.items()
        }

    def sounds(self, instrument: str) -> list[dict[str, float]]:
        found: list[dict[str, float]] = self.page.evaluate(
            "() => sounds.map(({ context, ...sound }) => sound)"
        )
        return [sound for sound in found if abs(sound["duration"] - self.durations[instrument]) < 0.01]

    def play(self, notes: list[tuple[str, float, float]]) -> None:
        """Keys with their beginnings and ends in beats."""
        beat = 60 / self.tempo
        events = sorted(
            event
            for code, start, end in notes
            for event in ((start * beat, "keydown", code), (end * beat, "keyup", code))
        )
        self.page.evaluate(
            "([events, zero, seconds]) => playKeys(events, zero, seconds)",
            [events, self.zero, self.durations["bass"]],
        )

    def wait_for(self, turn: str) -> None:
        self.page.locator(f".trade[data-turn={turn}]").wait_for(timeout=30_000)

    def stop(self) -> dict[str, Any]:
        with self.page.expect_response("**/api/jazz/trade/take") as response:
            self.panel.get_by_role("button", name="Stop and keep it").click()
        found: dict[str, Any] = response.value.json()
        return found


@pytest.mark.parametrize("tempo", [80, 160, 240])
def test_the_answer_begins_on_its_beat(page: "Page", tempo: int) -> None:
    """The network reads what was played as tokens, and each note of its answer sounds where it is written."""
    open_panel(page)
    trade = Traded(page, tempo)
    swing = trade.take["swing"] / (1 + trade.take["swing"])
    # D on the beat, a swung F, A on the second beat, G that is held over the third.
    keys = [("KeyS", 0.0, 0.4), ("KeyF", swing, swing + 0.3), ("KeyH", 1.02, 1.4), ("KeyG", 1 + swing, 3.0)]
    trade.play(keys)
    trade.wait_for("network")
    page.wait_for_timeout(2 * 4 * 60_000 / tempo + 300)
    body, found = [pair for pair in trade.answers if pair[1]["turn"] == 1][-1]
    assert [token.split(",<")[0] for token in found["heard"] if token[0] != "R"] == [
        "C,0.500",
        "C,0.500",
        "C,0.500",
        "S,1.500",
    ]
    improviser = jazz.load()
    over = Trade(
        improviser,
        solos.read_chart(CHART.format(tempo=tempo)),
        ImproviseOptions(tempo=tempo),
        turns=TradeOptions(measures=2),
        seed=body["trade"]["seed"],
    )
    quarter = 60 / tempo
    played = [
        Note(a / quarter, (b - a) / quarter, pitch, velocity) for a, b, pitch, velocity in body["played"]
    ]
    assert [step.token.text for step in over.answer(1, played).heard] == found["heard"]
    starts = sorted(round(sound["when"] - trade.zero, 3) for sound in trade.sounds("guitar"))
    expected = [note[0] for note in found["notes"]]
    assert expected[0] >= 8 * quarter
    for start in expected:  # a change of what plays schedules what is to come anew
        assert any(abs(start - other) < 0.005 for other in starts), (start, starts)
    assert all(min(abs(other - start) for start in expected) < 0.005 for other in starts)
    assert all(sound["when"] >= sound["currentTime"] for sound in trade.sounds("guitar"))
    take = trade.stop()
    assert [note[2] for note in take["parts"][1]["notes"]] == [62, 65, 69, 67]


def test_a_late_answer_is_said_and_the_band_goes_on(page: "Page") -> None:
    open_panel(page)
    held: list[Route] = []
    page.route("**/api/jazz/trade/answer", lambda route: held.append(route))
    trade = Traded(page, 240)
    trade.play([("KeyD", 0, 1)])
    said = trade.panel.locator("p[role=status]").first
    page.wait_for_function(
        "() => document.querySelector('.trade p[role=status]').textContent.includes('did not come in time')"
    )
    assert said.inner_text() == "The answer did not come in time: the band plays on alone until your turn."
    before = page.locator("#view-jazz .clock").text_content()
    trade.wait_for("you")
    assert trade.sounds("guitar") == []
    assert page.locator("#view-jazz .clock").text_content() != before
    assert len(held) >= 2
    page.unroute("**/api/jazz/trade/answer")
    trade.wait_for("network")
    page.wait_for_function(
        "seconds => sounds.some(({duration}) => Math.abs(duration - seconds) < 0.01)",
        arg=trade.durations["guitar"],
    )
    take = trade.stop()
    assert all(note[0] >= take["measures"][6] for note in take["parts"][0]["notes"])


def test_the_trade_is_a_take(page: "Page") -> None:
    open_panel(page)
    trade = Traded(page, 200)
    trade.play([("KeyA", 0, 0.5), ("KeyD", 0.66, 1), ("KeyG", 1, 2)])
    trade.wait_for("network")
    page.wait_for_timeout(600)
    take = trade.stop()
    jazz_view = page.locator("#view-jazz")
    card = jazz_view.locator(".take-card", has_text="Trade: Improvisation")
    card.wait_for()
    assert card.get_attribute("aria-pressed") == "true"
    assert "trade=" in page.url
    with page.expect_download() as download:
        jazz_view.get_by_role("button", name="MIDI", exact=True).click()
    file = midi.parse_midi(Path(download.value.path()).read_bytes(), "trade.mid")
    tracks = {track.name: len(track.notes) for track in file.tracks if track.notes}
    assert tracks["You"] == 3 and tracks["Solo"] == len(take["parts"][0]["notes"])
    page.reload()
    card.wait_for()
    page.wait_for_function("() => document.querySelector('#view-jazz h2').textContent.startsWith('Trade: ')")
    # The studio was started again: it does not know the take, and makes it anew from the notes.
    lost = f"**/api/jazz/takes/{take['id']}/solo.mid"
    page.route(lost, lambda route: route.fulfill(status=404, json={"error": "gone"}), times=1)
    with page.expect_response("**/api/jazz/trade/take"), page.expect_download() as download:
        jazz_view.get_by_role("button", name="MIDI", exact=True).click()
    again = midi.parse_midi(Path(download.value.path()).read_bytes(), "trade.mid")
    assert [track.notes for track in again.tracks] == [track.notes for track in file.tracks]


def test_who_plays_nothing_keeps_nothing(page: "Page") -> None:
    panel = open_panel(page)
    trade = Traded(page, 60, measures=4)
    trade.wait_for("you")
    trade.stop()
    assert panel.locator(".error").inner_text() == "a trade without a note is no take: play something first"
    assert page.locator(".take-card", has_text="Trade").count() == 0


def test_a_key_sounds_at_once(page: "Page") -> None:
    """From the event to the handler, to the time for which the sound is scheduled, and through the output.

    Chromium says of the last how long it takes: AudioContext's baseLatency and outputLatency.
    """
    panel = open_panel(page)
    page.wait_for_timeout(1000)
    page.keyboard.press("KeyA")
    page.evaluate(
        "() => document.addEventListener('keydown', (event) => (window.stamp = event.timeStamp), true)"
    )

    def round_of_keys() -> list[float]:
        times = []
        for code in ["KeyD", "KeyF", "KeyG", "KeyH", "KeyJ"] * 8:
            before = page.evaluate("() => sounds.length")
            page.keyboard.down(code)
            page.wait_for_function("count => sounds.length > count", arg=before)
            page.keyboard.up(code)
            times.append(
                page.evaluate(
                    "() => { const { at, when, currentTime, latency } = sounds.at(-1);"
                    "return at - stamp + 1000 * (Math.max(when - currentTime, 0) + latency); }"
                )
            )
        return times

    times = [value for _ in range(2) for value in round_of_keys()]
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    print(f"\nkey to sound: median {statistics.median(times):.1f} ms, p95 {p95:.1f} of {len(times)}")
    assert statistics.median(times) <= LATENCY
    assert panel.locator(".key.down").count() == 0


def test_the_keys_of_another_layout(page: "Page") -> None:
    """The place of a key counts; what is printed on it is shown once it was seen."""
    panel = open_panel(page)
    first = panel.locator(".key").first
    event = "code => document.body.dispatchEvent(new KeyboardEvent('{}', {{code, key: 'q', bubbles: true}}))"
    page.evaluate(event.format("keydown"), "KeyA")
    assert first.inner_text() == "Q"
    assert "down" in (first.get_attribute("class") or "")
    page.evaluate(event.format("keyup"), "KeyA")
    assert "down" not in (first.get_attribute("class") or "")


def test_octave_and_loudness(page: "Page") -> None:
    panel = open_panel(page)
    shown = panel.locator("output").last
    assert shown.inner_text() == "C4 to F5, loudness 90"
    page.keyboard.press("x")
    page.keyboard.press("c")
    assert shown.inner_text() == "C5 to F6, loudness 75"
    panel.get_by_role("button", name="Octave down (Z)").click()
    panel.get_by_role("button", name="Louder (V)").click()
    assert shown.inner_text() == "C4 to F5, loudness 90"
    for _ in range(12):
        page.keyboard.press("z")
    assert shown.inner_text().startswith("C1 to F2")


def test_keys_that_are_typed_play_nothing(page: "Page") -> None:
    open_panel(page)
    choose_chart(page, "")
    before = page.evaluate("() => sounds.length")
    page.locator(".chart-input").press_sequentially("Adfg")
    assert page.locator(".chart-input").input_value() == "Adfg"
    assert page.evaluate("() => sounds.length") == before


def test_a_key_that_is_held_when_the_window_loses_the_focus_ends(page: "Page") -> None:
    panel = open_panel(page)
    page.keyboard.down("a")
    assert panel.locator(".key.down").count() == 1
    page.evaluate("() => dispatchEvent(new Event('blur'))")
    assert panel.locator(".key.down").count() == 0


def test_midi_keyboards_come_and_go(page: "Page") -> None:
    panel = open_panel(page, VIRTUAL + FAKE_MIDI)
    panel.get_by_role("button", name="Use a MIDI keyboard").click()
    state = panel.locator("p[role=status]").last
    page.wait_for_function("() => document.querySelectorAll('.trade p[role=status]')[1].textContent")
    assert state.inner_text() == "No MIDI keyboard is connected; plug one in."
    page.evaluate("() => plug('Piano of mine')")
    assert state.inner_text() == "MIDI: Piano of mine."
    page.evaluate("() => send('Piano of mine', 0x90, 64, 100)")
    assert panel.locator(".key.down").count() == 1
    page.evaluate("() => send('Piano of mine', 0x90, 64, 0)")  # a release, as many keyboards send it
    assert panel.locator(".key.down").count() == 0
    page.evaluate("() => { send('Piano of mine', 0x91, 60, 100); send('Piano of mine', 0xf8); }")
    page.evaluate("() => unplug('Piano of mine')")
    assert state.inner_text() == "Piano of mine is gone. No MIDI keyboard is connected; plug one in."
    assert panel.locator(".key.down").count() == 0


def test_a_trade_by_midi(page: "Page") -> None:
    panel = open_panel(page, VIRTUAL + FAKE_MIDI)
    page.evaluate("() => plug('Keys')")
    panel.get_by_role("button", name="Use a MIDI keyboard").click()
    panel.get_by_text("MIDI: Keys.").wait_for()
    trade = Traded(page, 160)
    trade.wait_for("you")
    for pitch in (48, 55, 84):
        page.evaluate("pitch => send('Keys', 0x90, pitch, 111)", pitch)
        page.wait_for_timeout(150)
        page.evaluate("pitch => send('Keys', 0x80, pitch, 0)", pitch)
    take = trade.stop()
    assert [(note[2], note[3]) for note in take["parts"][1]["notes"]] == [(48, 111), (55, 111), (84, 111)]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (
            "navigator.requestMIDIAccess = async () => { throw new DOMException('no', 'NotAllowedError'); };",
            "MIDI is not allowed for this page. Allow it beside the address, then try again.",
        ),
        (
            "Object.defineProperty(Navigator.prototype, 'requestMIDIAccess', { value: undefined });",
            "This browser has no MIDI. Chrome, Edge and Firefox have; the computer's keys work everywhere.",
        ),
    ],
)
def test_without_midi_it_says_so(page: "Page", script: str, line: str) -> None:
    panel = open_panel(page, script)
    panel.get_by_role("button", name="Use a MIDI keyboard").click()
    error = panel.locator(".error")
    error.wait_for()
    assert error.inner_text() == line


def test_a_phone_plays_by_touch(new_context: Callable[..., "BrowserContext"]) -> None:
    context = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    panel = open_panel(page)
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    keys = panel.locator(".key.white:visible")
    assert keys.count() == 8
    boxes = [keys.nth(number).bounding_box() for number in range(8)]
    assert all(box and box["width"] >= 40 for box in boxes)
    trade = Traded(page, 120)
    trade.wait_for("you")
    keys.nth(2).scroll_into_view_if_needed()
    keys.nth(2).tap(position={"x": 20, "y": 110})
    keys.nth(4).tap(position={"x": 20, "y": 90})
    take = trade.stop()
    notes = take["parts"][1]["notes"]
    assert [note[2] for note in notes] == [64, 67]
    assert notes[0][3] > notes[1][3]  # louder at the lower end of a key


def test_one_hears_whose_turn_it_is(page: "Page") -> None:
    """What a screen reader is told."""
    panel = open_panel(page)
    trade = Traded(page, 240)
    said = panel.locator("p[role=status]").first
    trade.wait_for("you")
    assert said.inner_text() == "Your turn: 8 beats."
    trade.wait_for("network")
    assert "The network heard nothing and plays its own idea." in said.inner_text()
    counts = []
    for _ in range(12):
        counts.append(int(panel.locator(".trade-count").inner_text()))
        page.wait_for_timeout(100)
    assert all(0 <= before - after <= 2 or after > before for before, after in pairwise(counts))
    assert min(counts) < max(counts) <= 8


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    new_context: Callable[..., "BrowserContext"],
    axe: Callable[["Page"], str],
    scheme: str,
    screenshots: Path | None,
) -> None:
    page = new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme).new_page()
    open_panel(page)
    assert axe(page) == ""
    trade = Traded(page, 60, measures=4)
    trade.wait_for("you")
    trade.play([("KeyA", 0.5, 1), ("KeyD", 1, 1.5), ("KeyG", 1.66, 3)])
    assert axe(page) == ""
    if screenshots:
        page.screenshot(path=screenshots / f"trade-{scheme}.png")
    trade.wait_for("network")
    assert axe(page) == ""


# Two turns of eight beats of a line over Dm7 | G7 and Cmaj7 | A7: keys, and where they begin and end.
LINE = [
    *[("KeyS", 0.66, 1.0), ("KeyF", 1.0, 1.6), ("KeyH", 1.66, 2.0), ("KeyK", 2.0, 2.6), ("KeyH", 2.66, 3.0)],
    *[("KeyG", 3.0, 3.6), ("KeyF", 3.66, 4.0), ("KeyJ", 4.0, 4.6), ("KeyG", 4.66, 5.0), ("KeyF", 5.0, 5.6)],
    *[("KeyD", 5.66, 7.0)],
]


def test_the_film(
    new_context: Callable[..., "BrowserContext"], screenshots: Path | None, tmp_path: Path
) -> None:
    """The README's moving picture: a call, and its answer."""
    ffmpeg = shutil.which("ffmpeg")
    if screenshots is None or ffmpeg is None:
        pytest.skip("it is made where CADENZA_SCREENSHOTS names a folder and ffmpeg is installed")
    page = new_context(viewport={"width": 960, "height": 860}).new_page()
    frames: list[tuple[float, bytes]] = []
    camera = page.context.new_cdp_session(page)

    def keep(event: dict[str, Any]) -> None:
        frames.append((event["metadata"]["timestamp"], base64.b64decode(event["data"])))
        camera.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    camera.on("Page.screencastFrame", keep)
    open_panel(page)
    trade = Traded(page, 120)
    trade.wait_for("you")
    camera.send("Page.startScreencast", {"format": "jpeg", "quality": 92})
    trade.play(LINE)
    trade.wait_for("network")
    page.wait_for_timeout(4200)
    camera.send("Page.stopScreencast")
    listed = []
    for number, ((at, picture), (after, _)) in enumerate(pairwise(sorted(frames))):
        (tmp_path / f"{number}.jpg").write_bytes(picture)
        listed.append(f"file {number}.jpg\nduration {after - at:.4f}\n")
    (tmp_path / "frames.txt").write_text("".join(listed))
    target = screenshots / "trading.gif"
    look = "fps=10,scale=720:-1:flags=lanczos,split[a][b];[a]palettegen=max_colors=48[p];"
    look += "[b][p]paletteuse=dither=none"
    line = [
        ffmpeg,
        "-y",
        "-loglevel",
        "error",
        "-f",
        "concat",
        "-i",
        str(tmp_path / "frames.txt"),
        "-vf",
        look,
    ]
    subprocess.run([*line, str(target)], check=True)
    assert 50_000 < target.stat().st_size < 3_000_000
