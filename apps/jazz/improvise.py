"""The verb `improvise`: plays one solo and writes it."""

import logging
from pathlib import Path
from typing import Literal

from data.solos.reading import Solo
from models import jazz
from utils import cli

logger = logging.getLogger("cadenza")


def improvise(
    solo: Solo | None,
    out: Path,
    *,
    bundle: Path | None = None,
    engine: Literal["numpy", "keras"] = "numpy",
    seed: int | None = None,
    temperature: float = 1.0,
    greedy: bool = False,
    tempo: float = 130.0,
    choruses: int = 1,
    mp3: bool = False,
    soundfont: Path | None = None,
) -> None:
    """Improvises, writes MIDI, audio and picture, and prints their paths.

    Args:
        solo: The piece whose chords are played over; None: the one that the network was trained on.
        out: The folder for the files.
        bundle: See `models.jazz.load`, like `engine`.
        engine: As above.
        seed: None: a new one, which a notice names.
        temperature: See `models.jazz.Improviser.improvise`, like the next three.
        greedy: As above.
        tempo: As above.
        choruses: As above.
        mp3: See `models.jazz.Improvisation.save`, like `soundfont`.
        soundfont: As above.

    Raises:
        UserError: The bundle cannot be read, or a file cannot be written.
    """
    improviser = jazz.load(bundle, engine=engine)
    improvisation = improviser.improvise(
        solo,
        seed=cli.chosen_seed(seed),
        temperature=temperature,
        greedy=greedy,
        tempo=tempo,
        choruses=choruses,
    )
    for path in improvisation.save(out, mp3=mp3, soundfont=soundfont):
        print(path)
    logger.info(improvisation.describe())
