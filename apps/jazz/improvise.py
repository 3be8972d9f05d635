"""The verb `improvise`: plays solos and writes them."""

import logging
from pathlib import Path

from data.solos.options import SourceOptions
from data.solos.sources import read_source
from models import jazz
from models.jazz.arrangement import Arrangement
from models.jazz.options import ImproviseOptions, SaveOptions, TakesOptions
from music.changes import Changes
from utils import cli
from utils.errors import UserError

logger = logging.getLogger("cadenza")


def improvise(
    source: SourceOptions,
    options: ImproviseOptions,
    files: SaveOptions,
    takes: TakesOptions,
    *,
    out: Path,
    bundle: Path | None = None,
    seed: int | None = None,
) -> None:
    """Improvises, writes MIDI, audio, picture and perhaps sheet music, and prints their paths.

    Args:
        source: What is played over.
        options: How.
        files: What is written, and how it is performed.
        takes: How many solos, solo-1, solo-2 and so on; or that only the form is printed.
        out: The folder for the files.
        bundle: The network's folder; None: the pretrained one.
        seed: The first take's; None: a new one, which a notice names.

    Raises:
        UserError: The source or the bundle cannot be read, there is nothing to play over, an option does not
            fit, or a file cannot be written.
    """
    if takes.form:
        _print_form(source, options, bundle)
        return
    if options.answer is not None and source.midi is None:
        raise UserError("--answer needs a piece: expected --midi FILE too")
    changes = read_source(source)
    improviser = jazz.load(bundle)
    notice = ""
    for take, chosen in enumerate(cli.seeds(cli.chosen_seed(seed), takes.takes), 1):
        improvisation = improviser.improvise(changes, options, seed=chosen)
        if improvisation.notice != notice:  # that of all takes
            notice = improvisation.notice
            logger.info(notice)
        for path in improvisation.save(out, files, name="solo" if takes.takes == 1 else f"solo-{take}"):
            print(path)
        prefix = "" if takes.takes == 1 else f"take {take}, seed {chosen}: "
        logger.info(prefix + improvisation.describe())


def _print_form(source: SourceOptions, options: ImproviseOptions, bundle: Path | None) -> None:
    """Prints what will be played, a line a section."""
    music = read_source(source) or jazz.load(bundle).changes
    if music is None:
        raise UserError("the network's bundle has no chords: expected --midi FILE or --chords CHART")
    changes = music if isinstance(music, Changes) else music.changes
    for line in Arrangement.of(changes.transposed(options.transpose), options).road_map():
        print(line)
