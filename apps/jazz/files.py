"""What a solo leaves on the disk: MIDI, sound and a picture."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from models.jazz.improviser import Improvisation
from utils.files import make_folder, write_bytes
from utils.music import audio, midi_writer, pianoroll, soundfont


def check_wanted(mp3: bool, soundfont_file: Path | None, folder: Path) -> None:
    """Asks before the work begins for what the files will need.

    Raises:
        UserError: ffmpeg, tinysoundfont or the folder for the results cannot be had.
    """
    make_folder(folder)
    if mp3:
        audio.require_ffmpeg(folder / "solo.mp3")
    if soundfont_file is not None:
        soundfont.require_tinysoundfont()


def write(solo: Improvisation, title: str, options: argparse.Namespace) -> Iterator[Path]:
    """Writes solo.mid, solo.wav, solo.png and, where asked for, solo.mp3, and yields their paths.

    Raises:
        UserError: A file cannot be written; each appears whole or not at all.
    """
    folder: Path = options.out
    score = solo.score
    if options.soundfont is not None:  # before anything is written, for the file may be no SoundFont
        samples = soundfont.render_soundfont(score, options.soundfont)
    else:
        samples = audio.render(score)
    write_bytes(folder / "solo.mid", midi_writer.to_midi(score))
    yield folder / "solo.mid"
    audio.write_wav(folder / "solo.wav", samples)
    yield folder / "solo.wav"
    if options.mp3:
        audio.write_mp3(folder / "solo.mp3", samples)
        yield folder / "solo.mp3"
    yield from pianoroll.draw(
        folder / "solo.png",
        score,
        solo.chord_symbols(),
        title=f"Improvised over {title}" if title else "Improvised",
        measure_starts=solo.starts[:-1],
    )
