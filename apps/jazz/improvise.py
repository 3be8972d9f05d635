"""The verb `improvise`: plays solos and writes them."""

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from data.solos.charts import Chart
from data.solos.reading import Solo
from models import jazz
from music.sheet import Reader
from utils import cli

logger = logging.getLogger("cadenza")


def improvise(
    source: Solo | Chart | None,
    out: Path,
    *,
    bundle: Path | None = None,
    engine: Literal["numpy", "keras"] = "numpy",
    seed: int | None = None,
    takes: int = 1,
    count_in: bool = False,
    mute: Collection[str] = (),
    stems: bool = False,
    mp3: bool = False,
    soundfont: Path | None = None,
    sheet: bool = False,
    transpose_for: Reader = "C",
    **options: Any,
) -> None:
    """Improvises, writes MIDI, audio, picture and perhaps sheet music, and prints their paths.

    Args:
        source: The piece or the chart whose chords are played over; None: the piece that the network was
            trained on.
        out: The folder for the files.
        bundle: See `models.jazz.load`, like `engine`.
        engine: As above.
        seed: The first take's; None: a new one, which a notice names.
        takes: Solos from consecutive seeds, solo-1, solo-2 and so on.
        count_in: See `models.jazz.Improvisation.save`, like all that follow.
        mute: As above.
        stems: As above.
        mp3: As above.
        soundfont: As above.
        sheet: As above.
        transpose_for: As above.
        **options: See `models.jazz.Improviser.improvise`.

    Raises:
        UserError: The bundle cannot be read, an option does not fit, or a file cannot be written.
    """
    improviser = jazz.load(bundle, engine=engine)
    for take, chosen in enumerate(cli.seeds(cli.chosen_seed(seed), takes), 1):
        improvisation = improviser.improvise(source, seed=chosen, **options)
        paths = improvisation.save(
            out,
            name="solo" if takes == 1 else f"solo-{take}",
            count_in=count_in,
            mute=mute,
            stems=stems,
            mp3=mp3,
            soundfont=soundfont,
            sheet=sheet,
            transpose_for=transpose_for,
        )
        for path in paths:
            print(path)
        prefix = "" if takes == 1 else f"take {take}, seed {chosen}: "
        logger.info(prefix + improvisation.describe())
