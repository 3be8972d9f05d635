"""Solos in bulk: a row has chords or midi, and perhaps tempo and temperature; each becomes a MIDI file."""

from pathlib import Path
from typing import Any

import numpy as np

from apps.bulk.handlers import Answer, RowHandler
from apps.bulk.job import Job
from apps.bulk.rows import Row
from data import solos
from data.solos.charts import Chart
from data.solos.reading import Solo
from models import jazz
from models.jazz import weights
from music import midi_writer
from music.score import FASTEST, SLOWEST
from utils.files import write_bytes

TEMPO = 130.0  # quarter notes a minute
_SHARDS = 1000  # folders of MIDI files
SoloRequest = tuple[int, Chart | Solo | None, dict[str, Any]]


class Handler(RowHandler):
    """See `RowHandler`; a solo is computed by itself, so that it depends on no other."""

    FIELDS = ("chords", "midi", "tempo", "temperature")
    COLUMNS = {"midi": "string", "measures": "int64", "notes": "int64"}
    BLOCK_ROWS = 64
    PRETRAINED = weights.PRETRAINED

    def __init__(self, job: Job) -> None:
        self.seed, self.out, self.folder = job.seed, job.out, job.input.parent
        self.improviser = jazz.load(job.bundle)

    def request(self, row: Row) -> SoloRequest:
        """Returns the row's id, what it is improvised over, and the options.

        The path of a MIDI file is relative to the input's folder. Without chords and midi a solo is over the
        chords that the network was trained on.
        """
        if "chords" in row and "midi" in row:
            raise ValueError("expected chords or midi, got both")
        source: Chart | Solo | None = None
        tempo = TEMPO
        if "chords" in row:
            chart = solos.read_chart(row.text("chords") + "\n")  # with a line end it names no file
            source, tempo = chart, chart.tempo or TEMPO
        elif "midi" in row:
            source = solos.read_solo(self.folder / row.text("midi"))
        elif not self.improviser.chord_sets:
            raise ValueError("expected chords or midi, got none, and the bundle has no chords")
        tempo = row.number("tempo", tempo, 0, FASTEST) or TEMPO
        if tempo < SLOWEST:
            raise ValueError(f"tempo: expected {SLOWEST} to {FASTEST} quarter notes a minute, got {tempo:g}")
        temperature = row.number("temperature", 1.0, 0, float("inf"))
        seed = np.random.default_rng((self.seed, row.id))
        return row.id, source, {"seed": seed, "tempo": tempo, "temperature": temperature}

    def answer(self, request: SoloRequest) -> Answer:
        """See `RowHandler`."""
        number, source, options = request
        solo = self.improviser.improvise(source, **options)
        name = midi_name(number)
        write_bytes(self.out / name, midi_writer.to_midi(solo.perform()))
        notes = sum(len(measure) for measure in solo.melody)
        return {"midi": name, "measures": len(solo.melody), "notes": notes}


def midi_name(number: int) -> str:
    """The file of a solo in the job's folder: in a folder by the last three digits of its id."""
    return (Path("midi") / f"{number % _SHARDS:03}" / f"{number}.mid").as_posix()
