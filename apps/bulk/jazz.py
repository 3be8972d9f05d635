"""Solos in bulk: each becomes a MIDI file."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from apps.bulk.handlers import Answer, RowHandler
from apps.bulk.job import Job
from data.solos.reading import Solo, read_music
from data.solos.sources import read_chart_text
from models import jazz
from models.jazz.options import ImproviseOptions, SoloRow
from music import midi_writer
from music.changes import Changes
from utils.files import write_bytes

_SHARDS = 1000  # folders of MIDI files


class SoloRequest(NamedTuple):
    """A row's id, what is played over (None: what the network was trained on), and how."""

    number: int
    source: Changes | Solo | None
    options: ImproviseOptions


class Handler(RowHandler):
    """A solo is computed by itself, so that it depends on no other."""

    COLUMNS = {"midi": "string", "measures": "int64", "notes": "int64"}
    BLOCK_ROWS = 64

    def __init__(self, job: Job) -> None:
        self.seed, self.out, self.folder = job.seed, job.out, job.input.parent
        self.improviser = jazz.load(job.bundle)

    def request(self, number: int, row: SoloRow) -> SoloRequest:
        """See `RowHandler`."""
        source: Changes | Solo | None = None
        if row.chords is not None:
            source = read_chart_text(row.chords, song=row.song)
        elif row.midi is not None:
            source = read_music(self.folder / row.midi)
        elif self.improviser.changes is None:
            raise ValueError("expected chords or midi, got none, and the bundle has no chords")
        return SoloRequest(number, source, row.part(ImproviseOptions))

    def answer(self, request: SoloRequest) -> Answer:
        """See `RowHandler`."""
        seed = np.random.default_rng((self.seed, request.number))
        solo = self.improviser.improvise(request.source, request.options, seed=seed)
        name = midi_name(request.number)
        write_bytes(self.out / name, midi_writer.to_midi(solo.perform()))
        notes = sum(len(measure) for measure in solo.melody)
        return {"midi": name, "measures": len(solo.melody), "notes": notes}


def midi_name(number: int) -> str:
    """The file of a solo in the job's folder: in a folder by the last three digits of its id."""
    return (Path("midi") / f"{number % _SHARDS:03}" / f"{number}.mid").as_posix()
