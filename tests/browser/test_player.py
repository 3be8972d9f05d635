"""The player in a browser: it sounds as the server's WAV does, sounds come once, and it does not grow."""

import base64
import io
import json
import wave
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser.conftest import p95_within
from tests.browser.test_jazz import TAP, until, wait_for_sound

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

CHART = "tempo: 160\n| Dm7 | G7 | Cmaj7 | A7 |\n| Dm7 | G7 | C6 | C6 |"
RATE = 44_100
# The take as the page would play it, as 16 bits in base64; a part alone or, null, all.
RENDER = """async ([take, alone]) => {
  const { Instruments } = await import("/js/sound/instruments.js");
  const { Player } = await import("/js/sound/player.js");
  const player = new Player(new Instruments((path) => fetch(`/api/${path}`)));
  player.load(take);
  if (alone !== null) player.setLevel(alone, { solo: true });
  const count = Math.round((take.seconds + take.ring) * 44100);
  const buffer = await player.render(new OfflineAudioContext(2, count, 44100));
  const whole = new Int16Array(2 * count);
  for (const channel of [0, 1]) {
    const samples = buffer.getChannelData(channel);
    samples.forEach((x, place) => (whole[2 * place + channel] = Math.round(32767 * x)));
  }
  let text = "";
  for (const byte of new Uint8Array(whole.buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}"""


def improvise(page: "Page", **options: Any) -> dict[str, Any]:
    """A take of the server's."""
    data = {"chart": CHART, "seed": 3, **options}
    answer = page.request.post("/api/jazz/improvise", data=data)
    assert answer.ok, answer.text()
    found: dict[str, Any] = json.loads(answer.text())["take"]
    return found


def rendered(page: "Page", take: dict[str, Any], alone: int | None = None) -> np.ndarray:
    content = base64.b64decode(page.evaluate(RENDER, [take, alone]))
    return np.frombuffer(content, "<i2").reshape(-1, 2).astype(float) / 32767


def served(page: "Page", take: dict[str, Any]) -> np.ndarray:
    with wave.open(io.BytesIO(page.request.get(f"/api/jazz/takes/{take['id']}/solo.wav").body())) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).astype(float) / 32767


def bands(samples: np.ndarray) -> np.ndarray:
    """The level of every third of an octave from 50 Hz to 12 kHz in every two seconds, in decibels."""
    size = 2 * RATE
    windows = samples[: len(samples) // size * size].sum(axis=1).reshape(-1, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    edges = np.round(50 * 2 ** (np.arange(25) / 3) * size / RATE).astype(int)
    return 10 * np.log10(np.add.reduceat(power, edges, axis=1)[:, :-1] + 1e-3)


@pytest.mark.parametrize("band", ["swing", "bossa", "none"])
def test_the_page_sounds_as_the_wav_does(page: "Page", band: str) -> None:
    page.goto("/#emoji")
    take = improvise(page, band=band)
    expected, found = served(page, take), rendered(page, take)
    assert abs(len(expected) - len(found)) <= 2 * RATE // 1000
    ours, theirs = bands(found), bands(expected)
    heard = theirs > theirs.max() - 50  # what is 50 dB below the loudest band is not heard beside it
    away = np.abs(ours - theirs)[heard]
    levels = [10 * np.log10(np.mean(samples**2)) for samples in (found, expected)]
    sides = [np.log10(np.mean(samples**2, axis=0)) @ [10, -10] for samples in (found, expected)]
    print(
        f"\n{band}: bands {np.mean(away):.2f} dB apart, 95 % within {np.quantile(away, 0.95):.2f}, "
        f"most {away.max():.1f};"
        f" loudness {levels[0] - levels[1]:+.2f} dB; left to right {sides[0] - sides[1]:+.2f} dB"
    )
    assert np.mean(away) < 1
    assert np.quantile(away, 0.95) < 3
    assert levels[0] == pytest.approx(levels[1], abs=0.5)
    assert sides[0] == pytest.approx(sides[1], abs=0.5)


@pytest.fixture
def jazz(page: "Page") -> "Page":
    """The Jazz view with its first take, which is ready to be played."""
    page.add_init_script(TAP)
    with page.expect_response(lambda answer: "/api/instruments/room" in answer.url):
        page.goto("/#jazz?chart=tempo%3A+200%0A|Dm7|G7|Cmaj7|A7|&seed=1")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.wait_for_load_state("networkidle")
    return page


def play(page: "Page") -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_sound(page)


def test_on_a_slow_line_a_take_sounds_soon_and_no_instrument_comes_twice(jazz: "Page") -> None:
    asked: list[str] = []
    jazz.on("request", lambda request: asked.append(request.url))
    line = jazz.context.new_cdp_session(jazz)
    line.send("Network.enable")
    bytes_a_second = 400_000 / 8
    slow = {"downloadThroughput": bytes_a_second, "uploadThroughput": bytes_a_second}
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 50, **slow})

    def first_sound() -> list[float]:
        until(jazz, "tap.peak() < 1e-4")
        jazz.get_by_role("button", name="Again").click()
        seconds = jazz.evaluate(
            """async () => {
              while (tap.peak() < 0.005) await new Promise((wake) => setTimeout(wake, 5));
              return (performance.now() - clicked) / 1000;
            }"""
        )
        jazz.get_by_role("button", name="Pause").click()
        return [1000 * seconds] * 2

    play(jazz)
    jazz.get_by_role("button", name="Pause").click()
    assert p95_within("first sound at 400 kbit/s", first_sound, 3000)
    assert not [url for url in asked if "/api/instruments" in url]


def test_what_is_practised_is_heard_at_once_and_without_the_studio(jazz: "Page") -> None:
    jazz.wait_for_load_state("networkidle")
    jazz.context.set_offline(True)
    play(jazz)
    for part in ("Solo", "Piano", "Drums"):
        jazz.get_by_role("button", name=f"Mute {part}").click()
    jazz.get_by_label("Speed").fill("50")
    assert jazz.evaluate("document.querySelector('[aria-label=Position]').getAttribute('aria-valuetext')")
    roots = {}
    for key in ("0", "5"):
        jazz.get_by_label("Key", exact=True).select_option(key)
        jazz.get_by_label("Position", exact=True).fill("0")
        jazz.wait_for_timeout(700)
        roots[key] = loudest(jazz)
    assert 12 * np.log2(roots["5"] / roots["0"]) == pytest.approx(5, abs=0.3)
    assert jazz.locator(".chord-now").inner_text() in ("Gm7", "C7")  # a fourth above Dm7 and G7
    jazz.get_by_role("button", name="Solo Drums").click()  # muted, and so silent
    until(jazz, "tap.peak() < 1e-3")
    jazz.get_by_role("button", name="Mute Drums").click()
    wait_for_sound(jazz)
    jazz.get_by_role("button", name="Solo Drums").click()
    jazz.get_by_role("button", name="Mute Drums").click()
    jazz.get_by_role("button", name="Mute Bass").click()
    until(jazz, "tap.peak() < 1e-3")
    jazz.get_by_label("Metronome").check()
    wait_for_sound(jazz)
    jazz.get_by_label("Metronome").uncheck()
    jazz.get_by_role("button", name="Pause").click()
    jazz.get_by_label("Count-in").check()
    jazz.get_by_label("Position", exact=True).fill("0")
    jazz.get_by_role("button", name="Play", exact=True).click()
    jazz.locator(".clock", has_text="in ").wait_for()
    assert float(jazz.get_by_label("Position", exact=True).input_value()) == 0
    until(jazz, "document.querySelector('[aria-label=Position]').value > 0.1")
    jazz.context.set_offline(False)


def loudest(page: "Page") -> float:
    """The loudest frequency of what is heard, in hertz."""
    samples = np.array(page.evaluate("Array.from(tap.samples())"))
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    return float(np.argmax(power)) * RATE / (1 << 18)


def test_a_kept_take_plays_without_the_studio(jazz: "Page") -> None:
    jazz.get_by_role("button", name="Again").click()
    wait_for_sound(jazz)
    jazz.get_by_role("button", name="Pause").click()
    cards = jazz.locator(".kept .take-card")
    cards.nth(1).wait_for()
    jazz.context.set_offline(True)
    cards.nth(1).click()
    until(jazz, "tap.peak() < 1e-4")
    play(jazz)
    jazz.context.set_offline(False)


@pytest.mark.slow
def test_nothing_grows_over_sixty_takes(jazz: "Page") -> None:
    devtools = jazz.context.new_cdp_session(jazz)
    devtools.send("Performance.enable")

    def measured() -> dict[str, float]:
        for _ in range(2):
            devtools.send("HeapProfiler.collectGarbage")
        found = devtools.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in found}

    def make(count: int) -> None:
        for _ in range(count):
            before = jazz.url
            jazz.get_by_role("button", name="Again").click()
            until(jazz, f"location.href !== {json.dumps(before)}")
        jazz.get_by_role("button", name="Pause").click()
        jazz.wait_for_load_state("networkidle")
        jazz.wait_for_timeout(1500)

    make(10)  # the shelf is full
    before = measured()
    make(50)
    after = measured()
    names = ("JSHeapUsedSize", "JSEventListeners", "Nodes")
    print("\n", {name: (before[name], after[name]) for name in names})
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 5
    assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] + 2e6
    assert after["Nodes"] < before["Nodes"] + 3000


def test_fingers_find_what_they_press_on_a_phone(new_context: Callable[..., "BrowserContext"]) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto("/#jazz")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    roll = page.locator(".roll").bounding_box()
    assert roll is not None
    assert roll["y"] + roll["height"] < 844  # the music is on the first screen
    page.locator(".setup-opener").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        """() => [...document.querySelectorAll("#view-jazz :is(button, select, summary, label.check, "
            + "label.segment, input:not([type=checkbox], [type=radio], [type=file]))")]
          .filter((node) => node.checkVisibility())
          .map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
          .filter(([, { width, height }]) => width < 44 || height < 44)
          .map(([text]) => text)"""
    )
    assert small == []
