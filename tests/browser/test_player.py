"""The player in a browser: it sounds as the server's WAV does, sounds come once, and it does not grow."""

import base64
import io
import json
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

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
