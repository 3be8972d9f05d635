"""Scores as sound: tones and drums mixed in NumPy, with reverberation and mastering, as WAV or MP3.

The sound is the score and `RING` seconds more. Tones fade within their notes, but for those that end with
the score: they ring on, as drums and the room do, and all fades out at the end.
"""

import io
import shutil
import subprocess
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from music import percussion, tones
from music.mastering import LOUDNESS, POWER_SECONDS, Master
from music.score import Note, Part, Score
from music.tones import Floats, Timbre
from utils.errors import UserError
from utils.files import replacing, write_bytes

SAMPLE_RATE = 44_100
RING = 1.5  # seconds for which the sound rings past the score
TOGETHER = 0.25  # quarter notes before the score's end in which notes end with it
LONGEST = 3600.0  # seconds: an hour in stereo is 1.3 GB while it is mixed
MOST_NOTES = 100_000
_ROOM_SECONDS, _ROOM_SHARE = 0.6, 0.16
ROOM_RATE = 11_025  # samples a second at which the room is computed
_BLOCK = 1 << 16  # samples


def render(score: Score, sample_rate: int = SAMPLE_RATE) -> Floats:
    """Renders a score as sound; parts on the drum channel play drums.

    Args:
        score: The score.
        sample_rate: Samples a second, 8000 to 192000.

    Returns:
        Shape (samples, 2), left and right, with the loudness and the highest peak of
        `music.mastering`. The length is the score's and `RING` seconds, to the sample; 0 for an empty score.

    Raises:
        UserError: The score is longer than `LONGEST` or has more than `MOST_NOTES` notes.
        ValueError: A note's numbers or the sample rate are out of range.
    """
    score = score.steady()
    count = sample_count(score, sample_rate)
    mix = _mixed_to_the_end(score, score.parts, count, sample_rate)
    Master.of(mix, sample_rate).apply(mix)
    return mix.T


def estimated_gain(score: Score) -> float:
    """Estimates the factor by which `render` brings a mix to its loudness, without a mix.

    Energies of notes are added as if nothing cancelled. For a solo with a band the estimate is within a
    decibel.
    """
    score, energy, sounding = score.steady(), 0.0, set[int]()
    second = score.tempo / 60
    for part in score.parts:
        timbre = tones.timbre_of(part.program)
        gain = 1.0 if part.is_drums else timbre.gain
        for note in part.notes:
            if part.is_drums:
                of_one = percussion.drum(note.pitch).gain ** 2 * percussion.energy(note.pitch)
            else:
                of_one = tones.energy(note.pitch, note.duration / second, timbre)
            energy += (gain * _strength(note)) ** 2 * of_one
            blocks = (note.onset / second / POWER_SECONDS, note.end / second / POWER_SECONDS)
            sounding.update(range(int(blocks[0]), int(blocks[1]) + 1))
    # Half on each side, and what the room adds to each from the sum of both.
    power = energy * (0.5 + 2 * _ROOM_SHARE**2) / (len(sounding) * POWER_SECONDS) if sounding else 0.0
    return float(10 ** (LOUDNESS / 20) / np.sqrt(power)) if power else 1.0


def render_stems(score: Score, sample_rate: int = SAMPLE_RATE) -> Iterator[tuple[str, Floats]]:
    """Renders each part of a score by itself, for mixing elsewhere.

    Every stem is as long as the whole score, and is mastered with the gains, the limiter's included,
    that `render` computes for the mix. So the stems sum to the mix within rounding, also where the
    limiter acts. A stem by itself may pass the limiter's peak where the parts cancel each other.

    Args:
        score: The score.
        sample_rate: Samples a second, 8000 to 192000.

    Yields:
        A part's name, with a number behind it where another part has the same, and its sound as from
        `render`.

    Raises:
        UserError: As `render`.
        ValueError: As `render`.
    """
    score = score.steady()
    count = sample_count(score, sample_rate)
    return stems(score, lambda parts: _mixed_to_the_end(score, parts, count, sample_rate), sample_rate)


def stems(
    score: Score, mix_parts: Callable[[Sequence[Part]], Floats], sample_rate: int
) -> Iterator[tuple[str, Floats]]:
    """Yields the name and the sound of each part; see `render_stems`.

    Args:
        score: The score.
        mix_parts: Mixes parts as sound of shape (2, samples), before gain and limiter.
        sample_rate: Samples a second.
    """
    master = Master.of(mix_parts(score.parts), sample_rate)
    names: list[str] = []
    for part in score.parts:
        names.append(part.name)
        count = names.count(part.name)
        stem = mix_parts([part])
        master.apply(stem)
        yield (part.name if count == 1 else f"{part.name} {count}"), stem.T


def sample_count(score: Score, sample_rate: int) -> int:
    """How many samples a score lasts, after checking that it may be rendered; see `render`."""
    if not 8000 <= sample_rate <= 192_000:
        raise ValueError(f"sample_rate: expected 8000 to 192000, got {sample_rate}")
    number = sum(len(part.notes) for part in score.parts)
    if number > MOST_NOTES:
        raise UserError(f"expected at most {MOST_NOTES} notes to render as sound, got {number}")
    require_playable(score)
    if score.seconds > LONGEST:
        raise UserError(f"expected at most {LONGEST:.0f} seconds to render as sound, got {score.seconds:.0f}")
    return round((score.seconds + RING) * sample_rate) if score.seconds else 0


def let_ring(part: Part, end: float, tempo: float) -> Part:
    """Lengthens by `RING` seconds the notes that end a score, where the instrument's tones die away.

    Args:
        part: The part.
        end: Where the score ends, in quarter notes.
        tempo: Quarter notes a minute.
    """
    if part.is_drums or not tones.dies_away(part.program):
        return part
    longer, last = RING * tempo / 60, end - TOGETHER
    notes = (
        replace(n, duration=n.duration + longer) if n.duration and n.end >= last else n for n in part.notes
    )
    return replace(part, notes=tuple(notes))


def sample_span(note: Note, per_quarter: float, count: int) -> tuple[int, int]:
    """The samples at which a note begins and ends, of `count` samples with `per_quarter` in a quarter note.

    Half a sample may be rounded up here and down in `sample_count`: no note ends after the sound.
    """
    return min(round(note.onset * per_quarter), count), min(round(note.end * per_quarter), count)


def require_playable(score: Score) -> None:
    """Checks the numbers of all notes.

    Raises:
        ValueError: A time is below 0 or no number, or a pitch or a velocity is not 0 to 127.
    """
    for note in chain.from_iterable(part.notes for part in score.parts):
        times_are_good = note.onset >= 0 and note.duration >= 0  # and so no NaN
        if not (times_are_good and 0 <= note.pitch <= 127 and 0 <= note.velocity <= 127):
            raise ValueError(
                f"notes: expected times of 0 or more, and a pitch and a velocity of 0 to 127, got {note}"
            )


def write_wav(path: str | Path, sound: Score | NDArray[np.floating], sample_rate: int = SAMPLE_RATE) -> None:
    """Writes a score or its samples as WAV: 16 bits, stereo; whole or not at all.

    Args:
        path: The file.
        sound: A score, or samples of shape (samples, 2) between -1 and 1.
        sample_rate: Samples a second.

    Raises:
        UserError: The file cannot be written, or the score is too long; see `render`.
    """
    # In memory first: on a full disk the wave module raises once more when it is garbage-collected.
    write_bytes(Path(path), to_wav(sound, sample_rate))


def to_wav(sound: Score | NDArray[np.floating], sample_rate: int = SAMPLE_RATE) -> bytes:
    """Returns a WAV file's content; see `write_wav`.

    Raises:
        UserError: The score is too long; see `render`.
    """
    content = io.BytesIO()
    _segment(sound, sample_rate).export(content, format="wav")
    return content.getvalue()


def write_mp3(
    path: str | Path,
    sound: Score | NDArray[np.floating],
    sample_rate: int = SAMPLE_RATE,
    *,
    bitrate: int = 192,
) -> None:
    """Writes a score or its samples as MP3 with the program ffmpeg; see `write_wav`.

    Args:
        path: The file.
        sound: A score, or samples from -1 to 1.
        sample_rate: Samples a second.
        bitrate: Kilobits a second.

    Raises:
        UserError: There is no ffmpeg (exit code 2), it fails (1), or as `write_wav`.
    """
    converter = require_ffmpeg(path)
    segment = _segment(sound, sample_rate)
    # By a pipe: pydub's own way to ffmpeg leaves two files behind where it fails.
    options = f"-loglevel error -y -f s16le -ar {sample_rate} -ac 2 -i pipe:0 -b:a {bitrate}k -f mp3"
    with replacing(Path(path)) as temporary:
        command = [converter, *options.split(), str(temporary)]
        done = subprocess.run(command, input=segment.raw_data, capture_output=True)
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
            raise UserError(f"cannot write {path}: ffmpeg failed: {reason}", 1)


def require_ffmpeg(path: str | Path) -> str:
    """The path of ffmpeg; call it before long work.

    Raises:
        UserError: It is not installed.
    """
    converter = shutil.which("ffmpeg")
    if converter is None:
        raise UserError(f"cannot write {path}: MP3 needs the program ffmpeg, which is not installed")
    return converter


def _mixed_to_the_end(score: Score, parts: Sequence[Part], count: int, sample_rate: int) -> Floats:
    """Mixes some parts of a score, whose last notes ring; see `mixed`."""
    ringing = [let_ring(part, score.length, score.tempo) for part in parts]
    return mixed(ringing, score.tempo, count, sample_rate)


def mixed(parts: Sequence[Part], tempo: float, count: int, sample_rate: int) -> Floats:
    """Mixes parts with the room, at no particular loudness.

    Args:
        parts: The parts; notes and what rings on after them are cut at the end.
        tempo: Quarter notes a minute.
        count: How many samples.
        sample_rate: Samples a second.

    Returns:
        Shape (2, count), left and right.
    """
    mix = np.zeros((2, count), dtype=np.float32)
    per_quarter = 60 / tempo * sample_rate
    for part in parts:
        by_pitch: dict[int, list[Note]] = defaultdict(list)  # each tone is made once, one at a time
        for note in part.notes:
            by_pitch[note.pitch].append(note)
        for pitch, notes in sorted(by_pitch.items()):
            if part.is_drums:
                _mix_drum(mix, pitch, notes, per_quarter, sample_rate)
            else:
                _mix_tone(mix, tones.timbre_of(part.program), pitch, notes, per_quarter, sample_rate)
    add_room(mix, sample_rate)
    return mix


def _mix_tone(
    mix: Floats, timbre: Timbre, pitch: int, notes: list[Note], per_quarter: float, sample_rate: int
) -> None:
    """Adds all notes of one pitch and timbre to a mix of shape (2, samples)."""
    longest = round(tones.LONGEST_TONE * sample_rate)
    spans = [sample_span(note, per_quarter, mix.shape[1]) for note in notes]
    whole = tones.tone(pitch, min(max(end - start for start, end in spans), longest), timbre, sample_rate)
    sides = _sides(timbre.pan + timbre.width * (pitch - 60) / 12)
    for note, (start, end) in zip(notes, spans, strict=True):
        wave = tones.with_release(whole[: end - start], timbre, sample_rate)
        _add(mix, start, wave, timbre.gain * _strength(note), sides)


def _mix_drum(mix: Floats, key: int, notes: list[Note], per_quarter: float, sample_rate: int) -> None:
    """Adds all strokes on one drum to a mix of shape (2, samples); they ring on after their notes."""
    wave, drum = percussion.stroke(key, sample_rate), percussion.drum(key)
    for note in notes:
        start, _ = sample_span(note, per_quarter, mix.shape[1])
        _add(mix, start, wave[: mix.shape[1] - start], drum.gain * _strength(note), _sides(drum.pan))


def _add(mix: Floats, start: int, wave: Floats, gain: float, sides: tuple[float, float]) -> None:
    for channel, side in zip(mix, sides, strict=True):
        channel[start : start + len(wave)] += np.float32(gain * side) * wave


def _strength(note: Note) -> float:
    return float((note.velocity / 127) ** 1.5)


def _sides(pan: float) -> tuple[float, float]:
    """The equal-power gains of left and right for a place from -1 to 1, at most 0.8 from the middle."""
    angle = (1 + float(np.clip(pan, -0.8, 0.8))) * np.pi / 4
    return float(np.cos(angle)), float(np.sin(angle))


def add_room(mix: Floats, sample_rate: int) -> None:
    """Adds the echo of a small room to a mix of shape (2, samples), in place: overlap-add by FFT.

    The response holds nothing above 4 kHz, so a quarter of the sample rate is enough, and four times as fast.
    """
    thin = max(1, sample_rate // ROOM_RATE)
    response = room(sample_rate / thin)
    size = 1 << (4 * response.shape[1]).bit_length()  # powers of two are quickest
    step = size - response.shape[1]
    spectrum = np.fft.rfft(response, size)
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


def room(sample_rate: float) -> Floats:
    """The impulse response of the room, shape (2, samples): decaying noise.

    The noise lies between 200 Hz and 4 kHz and differs from side to side. It begins after 12 ms, has
    fallen by 60 dB at the end, and has the power of `_ROOM_SHARE`.
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
        raise ValueError(f"sound: expected the shape (samples, 2), got {samples.shape}")
    whole = np.empty(samples.shape, dtype="<i2")
    for start in range(0, len(samples), _BLOCK):  # block by block: a long sound is large enough once
        part = samples[start : start + _BLOCK]
        if not np.isfinite(part).all():
            raise ValueError("sound: expected finite numbers, got NaN or infinity")
        whole[start : start + _BLOCK] = np.rint(np.clip(part, -1, 1) * 32767)
    segment = quiet_pydub().AudioSegment
    return segment(data=whole.tobytes(), sample_width=2, frame_rate=sample_rate, channels=2)


def quiet_pydub() -> Any:
    """pydub, without its warnings that there is no ffmpeg and that audioop is old."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pydub
    return pydub
