"""An improvised solo: its score, how a band performs it, and the files it is saved as."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.jazz import band
from models.jazz.delivery import soloists_swing
from models.jazz.options import PerformOptions, SaveOptions
from music import audio, grammar, intervals, midi_writer, pianoroll
from music import soundfont as soundfonts
from music.changes import Changes, starts
from music.chord_symbols import ChordSymbol
from music.limits import Reader
from music.score import Note, Score
from utils.files import make_folder, write_bytes
from utils.options import changed


@dataclass(frozen=True)
class Improvisation:
    """A solo over chords.

    Args:
        score: The solo and its accompaniment as they are notated, in even eighths, and the changes that are
            played, one measure for each that sounds.
        melody: The melody notes, measure by measure; onsets in quarter notes from the start.
        title: The name of the piece they are from, perhaps empty.
        swing: The ratio of first to second eighths in performance; 1 is even.
        notice: One line on what the source did not say, and was chosen; perhaps empty.
    """

    score: Score
    melody: list[list[Note]]
    title: str = ""
    swing: float = 1.0
    notice: str = ""

    @property
    def solos(self) -> int:
        """How many of the score's first parts are solos."""
        return 1

    @property
    def changes(self) -> Changes:
        """The chords it was played over, choruses played out."""
        if self.score.changes is None:
            raise ValueError("score: expected one with changes")
        return self.score.changes

    @property
    def starts(self) -> list[float]:
        """The measures' starts in quarter notes, and the end of the last."""
        return starts(self.changes.measures)

    def chord_symbols(self) -> list[tuple[float, ChordSymbol | None]]:
        """Lists the onset and the symbol of every chord that differs from the one before; None is no chord.

        A symbol has the text that was written, or else one that is spelled in the key.
        """
        return self.changes.symbols()

    def perform(self, options: PerformOptions | None = None, **fields: Any) -> Score:
        """Returns the score as it sounds: swung, parts muted, perhaps counted in.

        Args:
            options: How; None: the defaults.
            **fields: Fields of `PerformOptions`, in place of those in `options`.

        Raises:
            UserError: There is no part of a name in `mute`.
        """
        options = changed(options, PerformOptions, fields)
        return band.perform(
            self.score,
            swing=self.swing,
            soloists_swing=soloists_swing(self.swing),
            count_in=options.count_in,
            mute=options.mute,
            measure_starts=self.starts,
        )

    def save(
        self,
        folder: str | Path,
        options: SaveOptions | None = None,
        *,
        name: str = "solo",
        **fields: Any,
    ) -> list[Path]:
        """Writes the solo as MIDI, audio and picture, and perhaps as sheet music.

        Every file is replaced in one step: a run that is stopped leaves no half of one.

        Args:
            folder: Created if it does not exist.
            options: What is written, and how it is performed; None: the defaults.
            name: The file names without their suffix.
            **fields: Fields of `SaveOptions`, in place of those in `options`.

        Returns:
            The paths of NAME.mid, NAME.wav, NAME.mp3, NAME-PART.wav for each stem, the picture NAME.png, and
            the sheet, NAME.musicxml and NAME.svg, in even eighths.

        Raises:
            UserError: ffmpeg or tinysoundfont is missing, the SoundFont cannot be read, there is no part of
                a name in `mute`, or a file cannot be written.

        Example:
            >>> import tempfile
            >>> from models import jazz
            >>> paths = jazz.load().improvise(seed=7).save(tempfile.mkdtemp())
            >>> [path.name for path in paths]
            ['solo.mid', 'solo.wav', 'solo.png']
        """
        options = changed(options, SaveOptions, fields)
        performance = self.perform(options.part(PerformOptions))
        font = None if options.soundfont is None else soundfonts.find_soundfont(options.soundfont)
        if font is not None:
            soundfonts.require_tinysoundfont()
        folder = make_folder(Path(folder))
        paths = [folder / f"{name}.mid", folder / f"{name}.wav"]
        if options.mp3:
            paths.append(folder / f"{name}.mp3")
            audio.require_ffmpeg(paths[-1])
        samples = (
            audio.render(performance) if font is None else soundfonts.render_soundfont(performance, font)
        )
        write_bytes(paths[0], midi_writer.to_midi(performance))
        audio.write_wav(paths[1], samples)
        if options.mp3:
            audio.write_mp3(paths[2], samples)
        if options.stems:
            parts = (
                audio.render_stems(performance)
                if font is None
                else soundfonts.soundfont_stems(performance, font)
            )
            for part, sound in parts:
                paths.append(folder / f"{name}-{part.lower().replace(' ', '-')}.wav")
                audio.write_wav(paths[-1], sound)
        paths += pianoroll.draw(
            folder / f"{name}.png",
            self.score,
            self.chord_symbols(),
            title=f"Improvised over {self.title}" if self.title else "Improvised",
            measure_starts=self.starts[:-1],
        )
        if options.sheet or options.transpose_for != "C":
            paths += self._write_sheet(folder, name, options.transpose_for)
        return paths

    def describe(self) -> str:
        """Summarises the solo in one line: measures, notes, range, chord and scale tones, repetition."""
        measures = list(zip(self.starts, self.changes.chord_sets(), self.melody, strict=False))
        kinds = [
            grammar.kind_of(note.pitch, grammar.current_chord(note.onset - start, chords).pitches)
            for start, (_, chords), notes in measures
            for note in notes
        ]
        phrases = {
            tuple((round(note.onset - start, 3), note.pitch) for note in notes)
            for start, _, notes in measures
        }
        pitches = [note.pitch for notes in self.melody for note in notes]
        if not pitches:
            return f"{len(measures)} measures, no notes yet"
        return (
            f"{len(measures)} measures, {len(pitches)} notes ({len(pitches) / len(measures):.1f} a measure), "
            f"{_pitch_name(min(pitches))} to {_pitch_name(max(pitches))}, "
            f"{kinds.count('C') / len(kinds):.0%} chord tones, "
            f"{kinds.count('S') / len(kinds):.0%} scale tones, "
            f"{len(measures) - len(phrases)} repeated measures"
        )

    def _write_sheet(self, folder: Path, name: str, transpose_for: Reader) -> Sequence[Path]:
        from music import engraving, notation

        musicxml = notation.to_musicxml(
            self.score,
            swing=self.swing > 1,
            transpose_for=transpose_for,
        )
        path, picture = folder / f"{name}.musicxml", folder / f"{name}.svg"
        write_bytes(path, musicxml.encode("utf-8"))
        engraving.write_svg(picture, musicxml)
        return [path, picture]


def _pitch_name(pitch: int) -> str:
    return f"{intervals.name(pitch).replace('-', 'b')}{intervals.octave(pitch)}"
