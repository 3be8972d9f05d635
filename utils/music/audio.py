"""Scores as sound: tones mixed in NumPy, a little room around them, written as WAV or MP3.

The sound is exactly as long as the score: tones fade within their notes, and the room with the
last of them.
"""

import io
import shutil
import subprocess
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from utils.errors import UserError
from utils.files import replacing
from utils.music import tones
from utils.music.score import DRUM_CHANNEL, Note, Score
from utils.music.tones import Floats, Timbre

SAMPLE_RATE = 44_100
LONGEST = 3600.0  # seconds: an hour in stereo is 1.3 GB while it is mixed
MOST_NOTES = 100_000
PEAK = 0.9  # of full scale
_ROOM_SECONDS, _ROOM_SHARE = 0.6, 0.16
_ROOM_RATE = 11_025  # samples a second at which the room is computed
_LAST_FADE = 0.15  # seconds over which the room ends with the score
_BLOCK = 1 << 16  # samples


def render(score: Score, sample_rate: int = SAMPLE_RATE) -> Floats:
    """Renders a score as sound; drum parts are left out.

    Args:
        score: The score.
        sample_rate: Samples a second, 8000 to 192000.

    Returns:
        Shape (samples, 2), left and right, between -1 and 1; the loudest sample is at `PEAK`. The
        length is the score's to the sample.

    Raises:
        UserError: The score is longer than `LONGEST` or has more than `MOST_NOTES` notes.
        ValueError: A note's numbers or the sample rate are out of range.
    """
    count = sample_count(score, sample_rate)
    mix = np.zeros((2, count), dtype=np.float32)
    per_quarter = 60 / score.tempo * sample_rate
    for (timbre, pitch), notes in sorted(_by_tone(score).items(), key=_order):
        _mix_tone(mix, timbre, pitch, notes, per_quarter, sample_rate)
    _add_room(mix, sample_rate)
    finish(mix, sample_rate)
    return mix.T


def sample_count(score: Score, sample_rate: int) -> int:
    """How many samples a score lasts, after checking that it may be rendered; see `render`."""
    if not 8000 <= sample_rate <= 192_000:
        raise ValueError(f"sample_rate must be 8000 to 192000, got {sample_rate}")
    number = sum(len(part.notes) for part in score.parts)
    if number > MOST_NOTES:
        raise UserError(f"the music has {number} notes; at most {MOST_NOTES} are rendered as sound")
    for note in (note for part in score.parts for note in part.notes):
        _require_playable(note)
    if score.seconds > LONGEST:
        raise UserError(
            f"the music lasts {score.seconds:.0f} seconds; at most {LONGEST:.0f} are rendered as sound"
        )
    return round(score.seconds * sample_rate)


def sample_span(note: Note, per_quarter: float, count: int) -> tuple[int, int]:
    """The samples at which a note begins and ends, of `count` samples with `per_quarter` in a quarter note.

    Half a sample may be rounded up here and down in `sample_count`: no note ends after the sound.
    """
    return min(round(note.onset * per_quarter), count), min(round(note.end * per_quarter), count)


def _require_playable(note: Note) -> None:
    times_are_good = note.onset >= 0 and note.duration >= 0  # and so no NaN
    if not (times_are_good and 0 <= note.pitch <= 127 and 0 <= note.velocity <= 127):
        raise ValueError(
            f"notes must have times of 0 or more, and a pitch and a velocity of 0 to 127, got {note}"
        )


def finish(mix: Floats, sample_rate: int) -> None:
    """Fades the end of a mix of shape (2, samples) and brings its peak to `PEAK`, in place."""
    fade = min(mix.shape[1], round(_LAST_FADE * sample_rate))
    mix[:, mix.shape[1] - fade :] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    peak = max(float(mix.max(initial=0.0)), -float(mix.min(initial=0.0)))
    if peak > 0:
        mix *= np.float32(PEAK / peak)


def write_wav(path: Path, sound: Score | NDArray[np.floating], sample_rate: int = SAMPLE_RATE) -> None:
    """Writes a score or its samples as WAV: 16 bits, stereo; whole or not at all.

    Args:
        path: The file.
        sound: A score, or samples of shape (samples, 2) between -1 and 1.
        sample_rate: Samples a second.

    Raises:
        UserError: The file cannot be written, or the score is too long; see `render`.
    """
    # In the memory first: on a full disk the wave module complains once more when it is thrown away.
    content = io.BytesIO()
    _segment(sound, sample_rate).export(content, format="wav")
    with replacing(path) as temporary:
        temporary.write_bytes(content.getvalue())


def write_mp3(path: Path, sound: Score | NDArray[np.floating], sample_rate: int = SAMPLE_RATE) -> None:
    """Writes a score or its samples as MP3 with the program ffmpeg; see `write_wav`.

    Raises:
        UserError: There is no ffmpeg (exit code 2), it fails (1), or as `write_wav`.
    """
    converter = require_ffmpeg(path)
    segment = _segment(sound, sample_rate)
    # By a pipe: pydub's own way to ffmpeg leaves two files behind where it fails.
    source = ["-f", "s16le", "-ar", str(sample_rate), "-ac", "2", "-i", "pipe:0"]
    with replacing(path) as temporary:
        command = [
            converter,
            "-loglevel",
            "error",
            "-y",
            *source,
            "-b:a",
            "192k",
            "-f",
            "mp3",
            str(temporary),
        ]
        done = subprocess.run(command, input=segment.raw_data, capture_output=True)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
            raise UserError(f"cannot write {path}: ffmpeg failed: {said}", 1)


def require_ffmpeg(path: Path) -> str:
    """The program that makes MP3 files; ask before long work.

    Raises:
        UserError: It is not installed.
    """
    converter = shutil.which("ffmpeg")
    if converter is None:
        raise UserError(f"cannot write {path}: MP3 needs the program ffmpeg, which is not installed")
    return converter


_ByTone = dict[tuple[Timbre, int], list[Note]]


def _by_tone(score: Score) -> _ByTone:
    """The notes of each timbre and pitch: each tone is made once, and only one is held at a time."""
    found: _ByTone = defaultdict(list)
    for part in score.parts:
        if part.channel != DRUM_CHANNEL:
            for note in part.notes:
                found[tones.timbre_of(part.program), note.pitch].append(note)
    return found


def _order(item: tuple[tuple[Timbre, int], list[Note]]) -> tuple[float, int]:
    """Sums of floats depend on their order: the same score gives the same sound."""
    (timbre, pitch), _ = item
    return timbre.gain, pitch


def _mix_tone(
    mix: Floats, timbre: Timbre, pitch: int, notes: list[Note], per_quarter: float, sample_rate: int
) -> None:
    """Adds all notes of one pitch and timbre to a mix of shape (2, samples)."""
    longest = round(tones.LONGEST_TONE * sample_rate)
    spans = [sample_span(note, per_quarter, mix.shape[1]) for note in notes]
    whole = tones.tone(pitch, min(max(end - start for start, end in spans), longest), timbre, sample_rate)
    sides = _sides(pitch, timbre)
    for note, (start, end) in zip(notes, spans, strict=True):
        wave = tones.ended(whole[: end - start], timbre, sample_rate)
        wave *= timbre.gain * (note.velocity / 127) ** 1.5
        for channel, share in zip(mix, sides, strict=True):
            channel[start : start + len(wave)] += np.float32(share) * wave


def _sides(pitch: int, timbre: Timbre) -> tuple[float, float]:
    """The shares of left and right, of equal power: low pitches a little to the left, as at a piano."""
    side = float(np.clip(timbre.width * (pitch - 60) / 12, -0.6, 0.6))
    angle = (1 + side) * np.pi / 4
    return float(np.cos(angle)), float(np.sin(angle))


def _add_room(mix: Floats, sample_rate: int) -> None:
    """Adds the echo of a small room to a mix of shape (2, samples), in place: overlap-add by FFT.

    The room is dark, so every fourth sample holds all of it: this is four times as fast.
    """
    thin = max(1, sample_rate // _ROOM_RATE)
    room = _room(sample_rate / thin)
    size = 1 << (4 * room.shape[1]).bit_length()  # powers of two are quickest
    step = size - room.shape[1]
    spectrum = np.fft.rfft(room, size)
    overhang = np.zeros((2, size), dtype=np.float32)
    for start in range(0, mix.shape[1], step * thin):
        block = mix[:, start : start + step * thin]
        sent = np.zeros(step * thin, dtype=np.float32)
        sent[: block.shape[1]] = block.sum(axis=0)
        overhang += np.fft.irfft(spectrum * np.fft.rfft(sent.reshape(-1, thin).mean(axis=1), size), size)
        block += _thickened(overhang[:, : step + 3], thin)[:, : block.shape[1]]
        overhang[:, :-step] = overhang[:, step:]
        overhang[:, -step:] = 0


def _thickened(samples: Floats, thin: int) -> Floats:
    """Puts `thin` samples on a smooth curve for each sample: (2, n + 3) becomes (2, n * thin).

    Source: Catmull and Rom 1974, "A class of local interpolating splines". Straight lines have
    corners, which hiss.
    """
    t = np.arange(thin, dtype=np.float32) / thin
    weights = 0.5 * np.array(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    )
    windows = np.lib.stride_tricks.sliding_window_view(samples, 4, axis=1)
    return np.asarray(windows @ weights, dtype=np.float32).reshape(2, -1)


def _room(sample_rate: float) -> Floats:
    """What a clap sounds like in the room, shape (2, samples): noise that dies away, dark and airy.

    Noise between 200 Hz and 4 kHz, another for each side; it begins after 12 ms, has fallen by
    60 dB at the end, and has the power of `_ROOM_SHARE`.
    """
    generator = np.random.default_rng(1)  # the room is always the same
    count = round(_ROOM_SECONDS * sample_rate)
    time = np.arange(count) / sample_rate
    spectrum = np.fft.rfft(generator.standard_normal((2, count)))
    hertz = np.fft.rfftfreq(count, 1 / sample_rate)
    band = (hertz / 200) ** 2 / (1 + (hertz / 200) ** 2) / (1 + (hertz / 4000) ** 2)
    noise = np.fft.irfft(spectrum * band, count) * 10 ** (-3 * time / _ROOM_SECONDS)
    noise *= np.clip((time - 0.012) / 0.004, 0, 1)
    noise *= _ROOM_SHARE / np.sqrt(np.sum(noise**2, axis=1, keepdims=True))
    return np.asarray(noise, dtype=np.float32)


def _segment(sound: Score | NDArray[np.floating], sample_rate: int) -> Any:
    """The sound as pydub's AudioSegment of 16 bits."""
    samples = render(sound, sample_rate) if isinstance(sound, Score) else sound
    if samples.ndim != 2 or samples.shape[1] != 2:
        raise ValueError(f"sound must have the shape (samples, 2), got {samples.shape}")
    whole = np.empty(samples.shape, dtype="<i2")
    for start in range(0, len(samples), _BLOCK):  # block by block: a long sound is large enough once
        part = samples[start : start + _BLOCK]
        if not np.isfinite(part).all():
            raise ValueError("sound must hold finite numbers, got NaN or infinity")
        whole[start : start + _BLOCK] = np.rint(np.clip(part, -1, 1) * 32767)
    segment = quiet_pydub().AudioSegment
    return segment(data=whole.tobytes(), sample_width=2, frame_rate=sample_rate, channels=2)


def quiet_pydub() -> Any:
    """pydub, without its warnings that there is no ffmpeg and that audioop is old."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pydub
    return pydub
