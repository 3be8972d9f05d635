"""Scores as sound with a soundfont (.sf2, .sf3): sampled instruments, by the optional tinysoundfont.

Every part is played by itself and then gets the loudness and the place that the built-in sound gives it, for
soundfonts differ in both; the room is the built-in one.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from music.audio import SAMPLE_RATE, add_room, let_ring, mixed, sample_count, sample_span, stems
from music.mastering import Master, mean_power
from music.score import Part, Score
from music.tones import Floats, timbre_of
from utils.errors import UserError
from utils.files import is_file, read_bytes, regular_file

LARGEST = 1 << 30  # bytes
INSTALL = "pip install --no-deps -r requirements-optional.txt"
AUTO = "auto"
FOLDERS = tuple(map(Path, ("/usr/share/sounds/sf2", "/usr/share/sounds/sf3", "/usr/share/soundfonts")))
SUFFIXES = (".sf2", ".sf3")
_FIRST_WITHOUT_WHEEL = (3, 13)
_MELODIC_BANK, _DRUM_BANK = 0, 128
_PAN = 10  # the controller of a channel's place, 0 left to 127 right, 64 the middle
_SILENCED = SAMPLE_RATE // 10  # samples in which a part's last tones, cut off, have gone
_MEASURED_RATE = 22_050  # samples a second of the built-in sound, to measure a part's loudness

logger = logging.getLogger("cadenza")


def find_soundfont(name: str | Path = AUTO) -> Path:
    """Finds a soundfont on this machine, and logs which one.

    Args:
        name: A file, or "auto" for the one that the system's packages put into `FOLDERS`: the one called
            default, else the largest, for it has the most samples.

    Raises:
        UserError: There is no such file, or none in the folders.
    """
    if str(name) != AUTO:
        regular_file(Path(name))
        return Path(name)
    fonts = [path for folder in FOLDERS for path in folder.glob("*.sf[23]") if is_file(path)]
    if not fonts:
        folders = " or ".join(map(str, FOLDERS))
        raise UserError(f"no soundfont (.sf2, .sf3) in {folders}; install one or name a file")
    best = max(fonts, key=lambda path: (path.stem.startswith("default"), path.stat().st_size, path.name))
    logger.info("soundfont: %s", best)
    return best


def render_soundfont(score: Score, path: str | Path) -> Floats:
    """Renders a score with the instruments of a soundfont.

    Each part plays with its General MIDI program, or with the first instrument there is where the
    soundfont lacks it; parts on the drum channel play its drum kit.

    Args:
        score: The score.
        path: The soundfont.

    Returns:
        Shape (samples, 2), as `music.audio.render`.

    Raises:
        UserError: tinysoundfont is not installed, the file is no soundfont or cannot be read, or the
            score is too long.
        ValueError: A note's numbers are out of range.
    """
    score = score.steady()
    mix = _Band(Path(path), score).mixed(score.parts)
    Master.of(mix, SAMPLE_RATE).apply(mix)
    return mix.T


def soundfont_stems(score: Score, path: str | Path) -> Iterator[tuple[str, Floats]]:
    """Renders each part of a score by itself with a soundfont; see `music.audio.render_stems`.

    Args:
        score: The score.
        path: The soundfont.

    Raises:
        UserError: As `render_soundfont`.
    """
    score = score.steady()
    return stems(score, _Band(Path(path), score).mixed, SAMPLE_RATE)


def require_tinysoundfont() -> Any:
    """The library, imported; call it before long work.

    Raises:
        UserError: It is not installed, and perhaps cannot be on this Python.
    """
    try:
        import tinysoundfont
    except ImportError:
        if sys.version_info >= _FIRST_WITHOUT_WHEEL:
            raise UserError(
                "soundfonts need the package tinysoundfont, which has no wheel for Python 3.13: "
                "use Python 3.11 or 3.12, or the built-in sounds"
            ) from None
        raise UserError(f"soundfonts need the package tinysoundfont; get it with: {INSTALL}") from None
    return tinysoundfont


class _Band:
    """The parts of a score, played one at a time on one synthesizer."""

    def __init__(self, path: Path, score: Score) -> None:
        self.score, self.count = score, sample_count(score, SAMPLE_RATE)
        self.path, self.synth = path, require_tinysoundfont().Synth(samplerate=SAMPLE_RATE)
        self.font = _loaded(self.synth, path)
        self.melodic, self.kits = (self._programs(bank) for bank in (_MELODIC_BANK, _DRUM_BANK))

    def mixed(self, parts: Sequence[Part]) -> Floats:
        """Mixes some parts, shape (2, samples), before gain and limiter."""
        mix = np.zeros((2, self.count), dtype=np.float32)
        for part in parts:
            part = let_ring(part, self.score.length, self.score.tempo)
            played = self._played(part)
            measured = sample_count(self.score, _MEASURED_RATE)
            wanted = mean_power(mixed([part], self.score.tempo, measured, _MEASURED_RATE), _MEASURED_RATE)
            power = mean_power(played, SAMPLE_RATE)
            mix += played * np.float32(np.sqrt(wanted / power)) if power else played
        add_room(mix, SAMPLE_RATE)
        return mix

    def _played(self, part: Part) -> Floats:
        """What the soundfont plays for a part, shape (2, samples)."""
        self._set(part)
        samples, now = np.zeros((self.count, 2), dtype=np.float32), 0
        events = _events(part, self.score.tempo, self.count)
        for position, start, pitch, velocity in [*events, (self.count, 1, 0, 0)]:
            if position > now:
                self.synth.generate_simple(position - now, samples[now:position].data.cast("B"))
                now = position
            if velocity:
                self.synth.noteon(part.channel, pitch, velocity)
            elif not start:
                self.synth.noteoff(part.channel, pitch)
        self.synth.sounds_off(part.channel)
        silence = np.zeros((_SILENCED, 2), dtype=np.float32)
        self.synth.generate_simple(_SILENCED, silence.data.cast("B"))
        return samples.T

    def _set(self, part: Part) -> None:
        """Chooses a part's instrument and its place."""
        program, pan = part.program, 0.0
        if part.is_drums:
            self.synth.program_change(part.channel, program if program in self.kits else 0, True)
        elif self.melodic:
            pan = timbre_of(program).pan
            program = program if program in self.melodic else self.melodic[0]
            self.synth.program_change(part.channel, program)
        else:
            raise UserError(f"{self.path} has no melodic instrument")
        self.synth.control_change(part.channel, _PAN, round(64 + 63 * pan))

    def _programs(self, bank: int) -> list[int]:
        """The programs of a bank for which the soundfont has an instrument."""
        names = (self.synth.sfpreset_name(self.font, bank, program) for program in range(128))
        return [program for program, name in enumerate(names) if name is not None]


def _loaded(synth: Any, path: Path) -> int:
    """The number that a synthesizer gives a soundfont which it has read."""
    content = read_bytes(path, LARGEST)
    if content[:4] != b"RIFF" or content[8:12] != b"sfbk":
        raise UserError(f"{path} is not a soundfont: it does not begin with RIFF and sfbk")
    if int.from_bytes(content[4:8], "little") + 8 > len(content):
        raise UserError(f"{path} is a soundfont that was cut off after {len(content)} bytes")
    try:
        return int(synth.sfload(content))
    except (RuntimeError, require_tinysoundfont().SoundFontException) as error:
        raise UserError(f"{path} cannot be read as a soundfont: {error}") from None


def _events(part: Part, tempo: float, count: int) -> list[tuple[int, int, int, int]]:
    """(sample up to `count`, 0 for off and 1 for on, pitch, velocity) in time order, offs first."""
    per_quarter = 60 / tempo * SAMPLE_RATE
    events = []
    for note in part.notes:
        start, end = sample_span(note, per_quarter, count)
        if end > start and note.velocity:
            events += [(start, 1, note.pitch, note.velocity), (end, 0, note.pitch, 0)]
    return sorted(events)
