"""Trading: a person and the network's soloist play in turn, over a band that is there before the first note.

    trade = Trade(load(), source, turns=TradeOptions(measures=4), seed=7)
    trade.turns                                 # whose measures are whose
    trade.answer(1, played)                     # in answer to what was played in turn 0
    trade.improvisation(played, answered)       # all of it

A trade holds nothing that was played: an answer follows from the seed, the turn and what it is given, so that
it can be asked for again, by whoever keeps the notes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from models.jazz import band
from models.jazz.band.arranger import SOLO
from models.jazz.delivery import ARC, MIDDLE_VELOCITY, deliver, soloists_swing
from models.jazz.improvisation import Improvisation
from models.jazz.improviser import Improviser, Source
from models.jazz.options import ImproviseOptions, PerformOptions, TradeOptions
from models.jazz.phrases import Call
from models.jazz.playing_in import as_written, line
from models.jazz.setting import GUITAR, PIANO, Setting
from models.jazz.soloist import Soloist, heard_phrases, in_reach
from music.changes import starts
from music.lines import TICKS, Step
from music.score import Note, Part, Score
from utils.errors import UserError
from utils.options import changed

YOU = "You"  # the person's part
MEMORY = 32  # measures: what lies longer ago the network does not read again, so that no answer takes longer
HELD = 2.0  # quarter notes that a turn's last note is held at most, but for the very last
PICKUP = 1.0  # quarter notes before a turn in which it may begin
_CHANNEL = 3


class Turn(NamedTuple):
    """Measures that one of the two plays.

    Args:
        first: The number of the first one.
        end: The number after the last.
        person: Whether they are the person's.
    """

    first: int
    end: int
    person: bool


class Answer(NamedTuple):
    """What the network plays in a turn.

    Args:
        notes: As they are written, in even eighths.
        performed: As they sound, in quarter notes.
        heard: The tokens that it read of what was played since its turn before.
    """

    notes: list[Note]
    performed: list[Note]
    heard: list[Step]


@dataclass(frozen=True)
class TradedImprovisation(Improvisation):
    """A trade as a solo of two parts; in performance the person's is what was played.

    Args:
        played: The person's notes as they sounded, as many as are written.
    """

    played: tuple[Note, ...] = ()

    @property
    def solos(self) -> int:
        """The network's part and the person's."""
        return 2

    def perform(self, options: PerformOptions | None = None, **fields: Any) -> Score:
        """Plays the network's part and the band as a solo's are; the person's sounds as it was played."""
        options = changed(options, PerformOptions, fields)
        score = super().perform(options)
        waits = self.starts[1] if options.count_in else 0.0
        played = tuple(replace(note, onset=note.onset + waits) for note in self.played)
        return replace(
            score,
            parts=tuple(replace(part, notes=played) if part.name == YOU else part for part in score.parts),
        )


class Trade:
    """A form over which a person and the network play in turn.

    Args:
        improviser: The network.
        source: What is played over; see `Improviser.improvise`.
        options: How the network plays; None: the defaults.
        turns: How long the turns are, and who begins; None: the defaults.
        seed: For every choice.

    Attributes:
        setting: What is played over, how fast and by whom.
        turns: Who plays when, from the form's first measure on; before it there may be an introduction.

    Raises:
        UserError: There is no chord at all, the options do not fit the form, or they ask for a trade with
            the piece's own melody.

    Example:
        >>> from models import jazz
        >>> trade = Trade(jazz.load(), seed=7)
        >>> trade.turns[:2], len(trade.turns)
        ((Turn(first=0, end=4, person=True), Turn(first=4, end=8, person=False)), 16)
        >>> answer = trade.answer(1, [Note(0.0, 0.5, 62), Note(0.6, 0.4, 65), Note(1.0, 1.0, 69)])
        >>> [step.token.text for step in answer.heard][:2]
        ['S,0.500', 'C,0.500,<A4,P1>']
        >>> 16.0 <= answer.notes[0].onset < 20.0
        True
    """

    def __init__(
        self,
        improviser: Improviser,
        source: Source = None,
        options: ImproviseOptions | None = None,
        *,
        turns: TradeOptions | None = None,
        seed: int = 0,
    ) -> None:
        self.options, self.seed = options or ImproviseOptions(), seed
        if self.options.answer is not None:
            raise UserError(f"answer: expected none in a trade with a person, got {self.options.answer}")
        self.setting = Setting.of(improviser.changes_of(source), self.options)
        self._network = improviser.network
        self._starts = starts(self.setting.changes.measures)
        self.turns = tuple(self._divided(turns or TradeOptions()))

    def opening(self) -> Improvisation:
        """The band from the first measure to the last, and two parts that have no notes yet."""
        return self.setting.improvisation(self.setting.score(_solos((), ()), self._band), solos=2)

    @cached_property
    def clock(self) -> Score:
        """The score without a note: it tells seconds from quarter notes."""
        return self.setting.score([], [])

    @cached_property
    def _band(self) -> tuple[Part, ...]:
        return self.setting.accompaniment((), np.random.default_rng((self.seed, 0)))

    def perform(self, score: Score) -> Score:
        """A score of this trade as it sounds."""
        swing = self.setting.swing
        return band.perform(
            score, swing=swing, soloists_swing=soloists_swing(swing), measure_starts=self._starts
        )

    def written(self, played: Sequence[Note]) -> tuple[list[Note], list[Note]]:
        """What was played as one line: as it sounded, and as it is written.

        Args:
            played: The person's notes, in any order, in quarter notes of the form as it sounds.
        """
        tempo = self.setting.performance.tempo
        sounded = line([note for note in played if note.onset < self._starts[-1]], tempo)
        return sounded, as_written(sounded, self._starts, swing=self.setting.swing, tempo=tempo)

    def answer(self, number: int, played: Sequence[Note], answered: Sequence[Note] = ()) -> Answer:
        """Plays a turn in answer to what was played before it.

        Args:
            number: Of the turn, in `turns`.
            played: The person's notes so far, in any order, as they sounded.
            answered: The network's notes so far, as they are written.

        Raises:
            ValueError: The turn is not one of the network's.
        """
        if not 0 <= number < len(self.turns) or self.turns[number].person:
            raise ValueError(f"turn: expected one of the network's, got {number}")
        turn, generator = self.turns[number], np.random.default_rng((self.seed, 1 + number))
        soloist = self.setting.soloist(self._network, generator, self.options)
        heard = self._listen(soloist, number, self.written(played)[1], answered)
        first, end = (round(self._starts[measure] * TICKS) for measure in (turn.first, turn.end))
        notes = deliver(soloist.play(first, end), generator)
        if number + 1 < len(self.turns):  # the other goes on
            notes[-1] = replace(notes[-1], duration=min(notes[-1].duration, HELD))
        (performed,) = self.perform(self.setting.score([Part(SOLO, tuple(notes))], [])).parts
        return Answer(notes, list(performed.notes), heard)

    def improvisation(
        self, played: Sequence[Note], answered: Sequence[Note], measures: int | None = None
    ) -> TradedImprovisation:
        """The whole trade, the person's part beside the network's.

        Args:
            played: The person's notes, as they sounded.
            answered: The network's, as they are written.
            measures: How many were played, the introduction's included; None: all.

        Raises:
            UserError: Nobody has played a note.
        """
        fewest, most = self.setting.arrangement.chorus_starts[0] + 1, len(self._starts) - 1
        count = most if measures is None else min(max(measures, fewest), most)
        end = self._starts[count]
        pairs = [pair for pair in zip(*self.written(played), strict=True) if pair[1].onset < end]
        solos = _solos([note for note in answered if note.onset < end], [written for _, written in pairs])
        if not any(part.notes for part in solos):
            raise UserError("a trade without a note is no take: play something first")
        score = self.setting.score(solos, self._band)
        parts = (replace(part, notes=_until(part.notes, end)) for part in score.parts)
        whole = self._short(count).improvisation(replace(score, parts=tuple(parts)), solos=2)
        sounded = tuple(sounded for sounded, _ in pairs)
        return TradedImprovisation(
            whole.score, whole.melody[:count], whole.title, whole.swing, whole.notice, sounded
        )

    def _divided(self, options: TradeOptions) -> Iterator[Turn]:
        """The turns; a rest of fewer than half of one, and a last chord alone, belong to the one before."""
        arrangement, size = self.setting.arrangement, options.measures
        count = len(arrangement.measures)
        firsts = list(range(arrangement.chorus_starts[0], count, size))
        left = count - firsts[-1]
        if len(firsts) > 1 and (2 * left < size or (arrangement.comes_home and left == 1)):
            del firsts[-1]
        for number, (first, end) in enumerate(zip(firsts, [*firsts[1:], count], strict=True)):
            yield Turn(first, end, (number % 2 == 0) == (options.begins == "you"))

    def _listen(
        self, soloist: Soloist, number: int, written: Sequence[Note], answered: Sequence[Note]
    ) -> list[Step]:
        """Lets a soloist read the turns before one; what it read of the last of them."""
        first, heard = self.turns[number].first, list[Step]()
        groups = [
            self._notes_of(turn, written, answered)
            for turn in self.turns[:number]
            if turn.first >= first - MEMORY
        ]
        for place, group in enumerate(groups):
            following = (later[0].onset for later in groups[place + 1 :] if later)
            heard = soloist.hear(group, round(next(following, self._starts[first]) * TICKS))
        soloist.planner.call = _call(groups[-1]) if groups else None
        return heard

    def _notes_of(self, turn: Turn, written: Sequence[Note], answered: Sequence[Note]) -> list[Note]:
        """The notes of a turn: the person's begin with the pick-up to it, where the network's end."""
        start, end = self._starts[turn.first], self._starts[turn.end]
        if turn.person:
            return [note for note in written if start - PICKUP <= note.onset < end]
        pickup = next((note.onset for note in written if end - PICKUP <= note.onset < end), end)
        return sorted((note for note in answered if start <= note.onset < pickup), key=lambda n: n.onset)

    def _short(self, measures: int) -> Setting:
        """The setting of the first measures alone."""
        setting = self.setting
        arrangement = replace(
            setting.arrangement,
            measures=setting.arrangement.measures[:measures],
            ending=min(setting.arrangement.ending, measures),
        )
        changes = replace(setting.changes, measures=setting.changes.measures[:measures])
        return replace(setting, changes=changes, arrangement=arrangement)


def _solos(theirs: Sequence[Note], yours: Sequence[Note]) -> list[Part]:
    return [Part(SOLO, tuple(theirs), GUITAR, channel=0), Part(YOU, tuple(yours), PIANO, channel=_CHANNEL)]


def _call(notes: Sequence[Note]) -> Call | None:
    """How a turn was played; None: nothing was."""
    if not notes:
        return None
    phrases = heard_phrases(notes)
    times = [b.onset - a.onset for phrase in phrases for a, b in pairwise(phrase)]
    rests = [after[0].onset - before[-1].end for before, after in pairwise(phrases)]
    decibels = [40 * np.log10(max(1, note.velocity) / MIDDLE_VELOCITY) for note in notes]
    return Call(
        centre=float(np.median([in_reach(note.pitch) for note in notes])),
        rate=float(np.clip(np.mean(times), 0.25, 2.0)) if len(times) > 1 else 1.0,
        length=TICKS * float(np.mean([phrase[-1].end - phrase[0].onset for phrase in phrases])),
        rest=TICKS * float(np.mean(rests)) if rests else 0.0,
        intensity=float(np.clip(0.5 + np.mean(decibels) / ARC, 0.0, 1.0)),
    )


def _until(notes: Sequence[Note], end: float) -> tuple[Note, ...]:
    """The notes that begin before a time, none longer than until then."""
    kept = (note for note in notes if note.onset < end)
    return tuple(note if note.end <= end else replace(note, duration=end - note.onset) for note in kept)
