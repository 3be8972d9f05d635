"""Improvising: a network, a soloist who plays with it over chords, and a band.

The course's rules from tokens to notes are in `music.grammar`. What is played here follows those of
`models.jazz.phrases` (the plan), `models.jazz.soloist` (the line) and `models.jazz.delivery` (the
performance).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from models.engine.engine import Engine
from models.jazz import answers, weights
from models.jazz.band.arranger import SOLO
from models.jazz.band.chart import ChordSet
from models.jazz.delivery import deliver
from models.jazz.improvisation import Improvisation
from models.jazz.options import ImproviseOptions
from models.jazz.proposals import FactoredNetwork, Network, TokenNetwork
from models.jazz.setting import GUITAR, Setting
from models.jazz.weights import PRETRAINED
from music.changes import Changes
from music.lines import Factors
from music.score import Part
from utils.errors import UserError
from utils.options import changed


class HasChanges(Protocol):
    """A piece: `data.solos.Solo`."""

    @property
    def changes(self) -> Changes:
        """Its chords, one measure for each of the melody's."""


Source = HasChanges | Changes | Sequence[ChordSet] | None


class Improviser:
    """A trained jazz network that improvises over chords; `load` makes one from a bundle.

    Args:
        network: The network.
        changes: What is played over where nothing else is given.
    """

    def __init__(self, network: Network, changes: Changes | None = None) -> None:
        self.network, self.changes = network, changes

    def improvise(
        self,
        source: Source = None,
        options: ImproviseOptions | None = None,
        *,
        seed: int | np.random.Generator | None = None,
        **fields: Any,
    ) -> Improvisation:
        """Improvises a solo over chords, with a band.

        Args:
            source: A piece whose chords are played over, or changes, or for each measure its length in
                quarter notes and its chords, one or more; None: the piece that the network was trained on.
            options: How; None: the defaults.
            seed: For every choice: tokens, roundings, pitches; None: a new one.
            **fields: Fields of `ImproviseOptions`, in place of those in `options`.

        Raises:
            UserError: `source` is None, and the network's bundle has no chords either; or `answer` is given
                for chords without a melody.
            ValueError: There is no chord at all, or an option is out of range.
            TypeError: There is no such option.

        Example:
            >>> from music.harmony import Chord
            >>> chords = [(4.0, [Chord(0.0, (50, 53, 57, 60))]), (4.0, [Chord(0.0, (43, 53, 59))])]
            >>> improvisation = load().improvise(chords, seed=1, choruses=2)
            >>> len(improvisation.melody), [part.name for part in improvisation.score.parts]
            (5, ['Solo', 'Piano', 'Bass', 'Drums'])

            After the last dominant there is a measure of its tonic.
        """
        options = changed(options, ImproviseOptions, fields)
        calls = None if options.answer is None else answers.given_melody(source)
        setting = Setting.of(self.changes_of(source), options)
        places, arrangement = setting.places, setting.arrangement
        generator = np.random.default_rng(seed)
        soloist = setting.soloist(self.network, generator, options)
        if calls is None or options.answer is None:
            first = places.starts[arrangement.first]
            notes = deliver(soloist.play(first, places.end), generator)
        else:
            moved = answers.arranged(calls, arrangement, options.transpose)
            notes = answers.in_turn(soloist, moved, arrangement.first, options.answer, generator)
        solo = Part(SOLO, tuple(notes), GUITAR, channel=0)
        score = setting.score([solo], setting.accompaniment(notes, generator))
        return setting.improvisation(score)

    def changes_of(self, source: Source) -> Changes:
        """What a source is played over.

        Raises:
            UserError: There is none.
            ValueError: It has no chord, or not one in every measure that is given with its chords.
        """
        if source is None:
            if self.changes is None:
                raise UserError("the network's bundle has no chords: improvise over a piece or other chords")
            return self.changes
        if isinstance(source, Changes):
            return source
        if isinstance(source, Sequence):
            if not source or not all(chords for _, chords in source):
                raise ValueError("chord_sets: expected one measure or more, and one chord or more in each")
            return Changes.of(source)
        return source.changes


def load(path: str | Path | None = None) -> Improviser:
    """Loads a network that improvises.

    Args:
        path: A bundle's folder; None: the pretrained network's.

    Raises:
        UserError: There is no such bundle, or it is damaged.

    Example:
        >>> improvisation = load().improvise(seed=7)
        >>> improvisation.title, len(improvisation.melody)
        ('Tram Line Nine', 64)
    """
    folder = PRETRAINED if path is None else Path(path)
    bundle = weights.load(folder)
    network: Network
    if weights.is_factored(bundle):
        network = FactoredNetwork(bundle.network(), Factors.parse(bundle.vocabulary))
    else:
        network = TokenNetwork(Engine(bundle.network()), bundle.vocabulary)
    return Improviser(network, weights.changes(bundle, folder))
