"""The soloist: a network's proposals turned into a line over chords.

The network proposes lengths, kinds of notes and moves. Each rule below weighs what it proposes, and says why.
None of them forces a note except at the ends of phrases. Times are in ticks, `TICKS` to a quarter note.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.jazz.band import chart
from models.jazz.band.chart import BandMeasure, Harmony
from models.jazz.phrases import FASTEST_NOTE, HIGHEST, LOWEST, Motif, Phrase, Planner, pick
from models.jazz.proposals import Network
from music.grammar import KINDS, REST, Token
from music.lines import MOVES, TICKS, WIDEST, Step, read_line
from music.score import Note
from utils.errors import UserError

Weights = NDArray[np.float64]

PITCHES = np.arange(LOWEST, HIGHEST + 1)
_EACH = np.arange(len(PITCHES))
_C, _S, _A, _X = range(4)  # numbers of KINDS
# Where a note may end, in ticks of its beat, that begins at each place: thirds stay among thirds, so that a
# swung pair or a triplet fills its beat, and a sixteenth off the eighths leads back to one.
_ENDS = {0: {0, 3, 4, 6, 8, 9}, 3: {0, 6}, 4: {0, 8}, 6: {0, 6, 9}, 8: {0, 8}, 9: {0, 6}}
_SPREAD = 6.0  # semitones around a phrase's centre
_MOTIF_NOTES = 5
_SHORT_REST = 8  # ticks: a rest inside a phrase
_LEAST = 1e-9  # of any kind and move
_DOUBT = 0.5  # how much of what is usual is added to a proposal: a small corpus is known by heart
_HELD = {12, 16, 18}  # lengths of anticipations
_USUAL = {6: 6.0, 12: 3.0, 18: 1.0, 24: 0.7}  # closing lengths, and how often


class PlayedPhrase(NamedTuple):
    """A phrase: what it was to be, and its notes as (onset, length, pitch, kind)."""

    phrase: Phrase
    notes: list[tuple[int, int, int, int]]


class Timeline:
    """The harmonies and measures of a piece by time.

    Args:
        chord_sets: For each measure its length and its chords.

    Raises:
        UserError: There is no chord at all.
    """

    def __init__(self, chord_sets: Sequence[chart.ChordSet]) -> None:
        self.measures: list[BandMeasure] = chart.read(chord_sets)
        self.starts = [round(measure.start * TICKS) for measure in self.measures]
        self.end = round(self.measures[-1].end * TICKS)
        self.harmonies: list[Harmony] = []
        for harmony in (harmony for measure in self.measures for harmony in measure.harmonies):
            if not harmony.sounds_like(self.harmonies[-1] if self.harmonies else None):
                self.harmonies.append(harmony)
        if not self.harmonies:
            raise UserError("expected a chord or more to improvise over, got N.C. alone")
        self.changes = [round(harmony.start * TICKS) for harmony in self.harmonies]
        self.kinds = [kinds_over(harmony) for harmony in self.harmonies]

    def harmony_number(self, time: int) -> int:
        """The number of the harmony that sounds; in N.C. the one before goes on."""
        return max(0, bisect_right(self.changes, time) - 1)

    def next_change(self, number: int) -> int:
        """Where the harmony after a number begins, or the piece ends."""
        return self.changes[number + 1] if number + 1 < len(self.changes) else self.end

    def place(self, time: int) -> tuple[int, int, int]:
        """The beat of the measure, the tick of the beat, and the measure's beats."""
        measure = max(0, bisect_right(self.starts, time) - 1)
        beat, tick = divmod(time - self.starts[measure], TICKS)
        return beat, tick, max(1, round(self.measures[measure].length))

    def landing(self, end: int) -> int:
        """Where the last note before `end` begins: with the last chord, but at least two beats long."""
        measure = max(0, bisect_right(self.starts, end - 1) - 1)
        start = self.starts[measure]
        last = self.changes[self.harmony_number(end - 1)]
        if end - start <= 2 * TICKS:
            return start
        return max(start, min(max(last, start), end - 2 * TICKS))


def kinds_over(harmony: Harmony) -> NDArray[np.intp]:
    """The number in KINDS of each of PITCHES over a harmony.

    Chord tones are the symbol's, scale tones those of the scale that its root and quality ask for; an
    approach lies a semitone beside a chord tone.
    """
    return _kinds(harmony.root, harmony.intervals, harmony.scale)


@lru_cache(maxsize=1024)
def _kinds(root: int, intervals: frozenset[int], scale: tuple[int, ...]) -> NDArray[np.intp]:
    def kind(pitch: int) -> int:
        above = (pitch - root) % 12
        if above in intervals:
            return _C
        if above in scale:
            return _S
        return _A if {(above + 1) % 12, (above - 1) % 12} & intervals else _X

    return np.array([kind(pitch) for pitch in PITCHES.tolist()])


class Soloist:
    """Plays phrases over a form.

    Args:
        network: Proposes; its state is the solo's.
        form: What is played over.
        planner: Plans the phrases.
        generator: For every choice.
        tempo: Quarter notes a minute.
        temperature: Above 0; below 1 likely proposals become likelier.
        greedy: Whether to take the largest weight always.
    """

    def __init__(
        self,
        network: Network,
        form: Timeline,
        planner: Planner,
        generator: np.random.Generator,
        *,
        tempo: float,
        temperature: float = 1.0,
        greedy: bool = False,
    ) -> None:
        self.network, self.form, self.planner = network.begin(), form, planner
        self.generator, self.chance = generator, None if greedy else generator
        if not 0 < temperature < float("inf"):
            raise ValueError(f"temperature: expected a number above 0, got {temperature}")
        self.sharpness = 1 / temperature
        self.pulse = _pulse(network)
        self.shortest = FASTEST_NOTE * tempo / 60 * TICKS
        self._scaled(self.pulse)
        self._padded = np.full((len(KINDS), 2 * len(PITCHES) + len(MOVES)), _LEAST)
        self.pitch: int | None = None
        self.kind = _C
        self._usual: list[float] = []
        self._is_read = True  # whether what was heard last has been stepped over

    def play(self, start: int, end: int) -> list[PlayedPhrase]:
        """Plays phrases from one time to another; the last lands on a chord tone and is held."""
        found: list[PlayedPhrase] = []
        now, landing = start, self.form.landing(end)
        while now < landing or not found:
            phrase = self.planner.phrase(now, landing, self.form.place(now)[2], first=not found)
            self._rest(now, phrase.start)
            notes = self._phrase(phrase, end)
            found.append(PlayedPhrase(phrase, notes))
            self._keep_motif(notes)
            now = max(notes[-1][0] + notes[-1][1], now + 1)
            if phrase.lands:
                break
        return found

    def hear(self, notes: Sequence[Note], until: int | None = None) -> list[Step]:
        """Reads what was played, so that the line goes on from there and may take it up.

        It is read as the network has learnt to read, rests included. The beginning of each of its phrases
        is a motif that may return, that of the first soonest.

        Args:
            notes: In onset order, onsets in quarter notes from the start of the piece.
            until: Where the soloist goes on, in ticks; None: where the last note ends.

        Returns:
            What it read, rests included.
        """
        self._scaled(self.pulse)
        heard = [replace(note, pitch=in_reach(note.pitch)) for note in notes]
        kinds = [self._kind(note) for note in heard]
        line = read_line(
            heard,
            [KINDS[kind] for kind in kinds],
            [start / TICKS for start in self.form.starts],
            before=self.pitch,
            end=None if until is None else until / TICKS,
        )
        for step in line:
            if step.token.kind == REST and not self.network.rests:
                continue
            self.network.propose(step.place / TICKS / self.scale)
            self.network.read(step.token._replace(duration=step.token.duration / self.scale))
            self._is_read = False
        for phrase in reversed(heard_phrases(heard)):  # what was played first is taken up first
            ticks = [(round(note.onset * TICKS), round(note.duration * TICKS)) for note in phrase]
            self._keep_motif([(*times, note.pitch, _C) for times, note in zip(ticks, phrase, strict=True)], 2)
        if heard:
            self.pitch, self.kind = heard[-1].pitch, kinds[-1]
        return line

    def _kind(self, note: Note) -> int:
        kinds = self.form.kinds[self.form.harmony_number(round(note.onset * TICKS))]
        return int(kinds[note.pitch - LOWEST])

    def _scaled(self, scale: int) -> None:
        """Plays notes and rests `scale` times as long as they were learnt."""
        self.scale = scale
        self.lengths = [round(length * TICKS) * scale for length in self.network.lengths]
        self.rests = [round(length * TICKS) * scale for length in self.network.rests]
        self._fitting = dict[int, list[bool]]()

    def _read(self, length: int, pitch: int, kind: int) -> None:
        move = None if self.pitch is None else pitch - self.pitch
        self.network.read(Token.of_move(KINDS[kind], length / TICKS / self.scale, move))
        self.pitch, self.kind = pitch, kind

    def _phrase(self, phrase: Phrase, end: int) -> list[tuple[int, int, int, int]]:
        """The notes of one phrase."""
        notes: list[tuple[int, int, int, int]] = []
        now, tilt = phrase.start, None
        self._scaled(1 if phrase.double_time else self.pulse)
        while True:
            beat, place, _ = self.form.place(now)
            p, rests = self.network.propose((beat + place / TICKS) / self.scale)
            tilt = self._tilt(p, phrase.rate) if tilt is None else tilt
            self._average(p)
            landed = phrase.lands and now >= phrase.end
            if notes and not landed:
                rest = self._breath(rests, sum(p), now, place, phrase)
                if rest > _SHORT_REST and not phrase.lands:
                    return notes
                if rest:
                    self.network.read(Token(REST, rest / TICKS / self.scale))
                    now += rest
                    continue
            length = end - now if landed else self._length(p, now, place, phrase, tilt, len(notes))
            closing = landed or (not phrase.lands and now + length >= phrase.end)
            if closing and not landed:
                length = self._closing_length(now, place, length)
            pitch, kind = self._pitch(now, length, phrase, closing, landed, len(notes))
            self._read(length, pitch, kind)
            notes.append((now, length, pitch, kind))
            now += length
            if closing:
                return notes

    def _breath(self, rests: Sequence[float], notes: float, now: int, place: int, phrase: Phrase) -> int:
        """Draws a rest that the network proposes, or 0: short ones anywhere, others where a phrase may end.

        A phrase may end early, in its second half and on a chord tone.
        """
        room = (phrase.end if phrase.lands else self.form.end) - now
        may_end = not phrase.lands and 2 * now > phrase.start + phrase.end and self.kind == _C
        longest, ends = room - 1 if may_end else min(room - 1, _SHORT_REST), _ENDS.get(place, {0})
        weights = [
            chance if ticks <= longest and (place + ticks) % TICKS in ends else 0.0
            for chance, ticks in zip(rests, self.rests, strict=True)
        ]
        total = sum(weights)
        if total <= 0 or self.chance is None or self.generator.random() * (total + notes) > total:
            return 0
        return self.rests[pick(weights, self.chance)]

    # Lengths

    def _average(self, p: Sequence[float]) -> None:
        """Follows what the network proposes on average."""
        if self._usual:
            self._usual = [0.95 * old + 0.05 * new for old, new in zip(self._usual, p, strict=True)]
        else:
            self._usual = list(p)

    def _tilt(self, p: Sequence[float], rate: float) -> list[float]:
        """Weights of the lengths, powers of them, with which they are `rate` quarter notes on average.

        The network's proposals keep their order of likelihood; a calm phrase has longer notes, a busy one
        shorter ones.
        """
        if not self.lengths:
            return []
        usual = np.array(self._usual or p)
        lengths = np.array(self.lengths) / TICKS
        low, high = -4.0, 4.0
        for _ in range(8):
            power = (low + high) / 2
            weights = usual * lengths**power
            total = weights.sum()
            if total > 0 and weights @ lengths / total < rate:
                low = power
            else:
                high = power
        return list((lengths ** ((low + high) / 2)).tolist())

    def _length(
        self, p: Sequence[float], now: int, place: int, phrase: Phrase, tilt: list[float], number: int
    ) -> int:
        """Draws a length of those that fit the grid of the beat, can be played, and do not pass the end."""
        room = phrase.end - now if phrase.lands else self.form.end - now
        motif = phrase.motif
        if motif is not None and number < len(motif.lengths):
            length = motif.lengths[number]
            if length <= room and self._fits(place, length):
                return length
        if place not in self._fitting:
            self._fitting[place] = [self._fits(place, length) for length in self.lengths]
        fitting = [
            fits and length <= room for fits, length in zip(self._fitting[place], self.lengths, strict=True)
        ]
        chances = [
            chance + _DOUBT * usual if fits else 0.0
            for chance, usual, fits in zip(p, self._usual, fitting, strict=True)
        ]
        most = max(chances, default=0.0) or 1.0  # so that no power, however large, leaves nothing
        weights = [
            (chance / most) ** self.sharpness * power for chance, power in zip(chances, tilt, strict=True)
        ]
        held = self._held(now, place) * sum(weights)
        if held:
            for n, length in enumerate(self.lengths):
                if length in _HELD and fitting[n]:
                    weights[n] += held
        if sum(weights) > 0:
            return self.lengths[pick(weights, self.chance)]
        return min(room, TICKS - place)  # nothing fits: up to the next beat

    def _held(self, now: int, place: int) -> float:
        """What an anticipation is worth: an eighth before a beat, held over it, rather over a bar line."""
        if place not in (6, 8):
            return 0.0
        beat, _, beats = self.form.place(now)
        return 0.3 if beat + 1 == beats else 0.07

    def _fits(self, place: int, length: int) -> bool:
        return length >= self.shortest and (place + length) % TICKS in _ENDS.get(place, {0})

    def _closing_length(self, now: int, place: int, length: int) -> int:
        """A phrase's last note is clipped or held, not as long as the notes that lead to it."""
        room = self.form.end - now
        options = [ticks for ticks in _USUAL if ticks <= room and (place + ticks) % 6 in (0, 2, 4)]
        if not options:
            return max(1, min(length, room))
        return options[pick([_USUAL[ticks] for ticks in options], self.chance)]

    # Pitches

    def _pitch(
        self, now: int, length: int, phrase: Phrase, closing: bool, landed: bool, played: int
    ) -> tuple[int, int]:
        """Draws a pitch of the whole range: p(its kind over the chord, its move), weighed by the rules."""
        form = self.form
        harmony = form.harmony_number(now)
        change = form.next_change(harmony)
        if change - now <= TICKS // 2 and now + length > change:
            harmony = min(harmony + 1, len(form.kinds) - 1)  # an anticipation belongs to the next chord
        kinds = form.kinds[harmony]
        weights = self._moves(self.network.pitches(length / TICKS / self.scale), kinds)
        if self.sharpness != 1:
            weights = (weights / weights.max()) ** self.sharpness
        weights = weights * gravity(_centre(phrase, now))
        weights *= self._colours(now, length, phrase, closing)[kinds]
        if self.pitch is not None:
            self._resolve(weights, kinds)
            weights *= self._connect(now, harmony)
            if phrase.motif is not None and 0 < played <= len(phrase.motif.moves):
                self._recall(weights, phrase.motif.moves[played - 1])
        if landed:
            self._come_home(weights, form.harmonies[harmony])
        chosen = pick(weights.tolist(), self.chance)
        return int(PITCHES[chosen]), int(kinds[chosen])

    def _moves(self, joint: Weights, kinds: NDArray[np.intp]) -> Weights:
        """p(kind, move) of every pitch; the first note of all may be any near the centre."""
        if self.pitch is None:
            return np.asarray(joint.sum(axis=1)[kinds] + _LEAST)
        first = len(PITCHES)
        self._padded[:, first : first + len(MOVES)] = joint + _LEAST
        start = first + WIDEST + LOWEST - self.pitch
        return np.asarray(self._padded[kinds, _EACH + start])

    def _colours(self, now: int, length: int, phrase: Phrase, closing: bool) -> Weights:
        """What each kind is worth: phrases close on chord tones, colour is short and off the beat."""
        if closing:
            return np.array((1.0, 1e-6, 1e-9, 1e-9))
        off = now % TICKS != 0
        c = phrase.colour
        if length > TICKS:
            return np.array((1.0, 0.6, 0.02, 0.01))
        if off:
            return np.array((1.0, 0.9 + 1.2 * c, 0.6 + 1.6 * c, 0.4 + 1.0 * c))
        return np.array((1.0, 0.8 + 1.2 * c, 0.4 + 1.5 * c, 0.15 + 0.5 * c))

    def _resolve(self, weights: Weights, kinds: NDArray[np.intp]) -> None:
        """An approach goes a semitone to a chord tone, another tone by step; nothing is repeated for long."""
        pitch = self.pitch or 0
        at = pitch - LOWEST
        if self.kind in (_A, _X):
            near = np.zeros(len(weights)) + 0.02
            near[max(0, at - 2) : at + 3] = 0.6
            near[max(0, at - 1) : at + 2] = 1.0
            near[(kinds == _C) & (abs(PITCHES - pitch) == 1)] = 2.0
            weights *= near
        if 0 <= at < len(weights):
            weights[at] *= 0.2

    def _connect(self, now: int, harmony: int) -> Weights:
        """The first note after a change of chord comes by step, as players lead voices."""
        return leaps(0.85 if now - self.form.changes[harmony] < TICKS else 0.97, self.pitch or 0)

    def _recall(self, weights: Weights, move: int) -> None:
        """A returning motif keeps its contour, and where the harmony allows it its very moves."""
        at = (self.pitch or 0) + move - LOWEST
        for distance, more in ((0, 60.0), (1, 8.0), (2, 4.0)):
            for place in {at - distance, at + distance}:
                if 0 <= place < len(weights):
                    weights[place] *= more

    def _come_home(self, weights: Weights, harmony: Harmony) -> None:
        """The last note of all is the root, the third or the fifth, whichever is near."""
        home = {0, harmony.third or 0, harmony.fifth}
        weights *= np.isin((PITCHES - harmony.root) % 12, list(home))
        if not weights.any():
            weights += np.isin((PITCHES - harmony.root) % 12, list(home))

    # Memory

    def _rest(self, start: int, end: int) -> None:
        if end > start:
            if not self._is_read:  # else the rest would be read in place of the last note
                beat, place, _ = self.form.place(start)
                self.network.propose((beat + place / TICKS) / self.scale)
            self.network.read(Token(REST, (end - start) / TICKS / self.scale))
        self._is_read = True

    def _keep_motif(self, notes: Sequence[tuple[int, int, int, int]], fewest: int = 4) -> None:
        if len(notes) >= fewest:
            head = notes[: _MOTIF_NOTES + 1]
            lengths = tuple(after[0] - before[0] for before, after in zip(head, head[1:], strict=False))
            moves = tuple(after[2] - before[2] for before, after in zip(head, head[1:], strict=False))
            self.planner.remember(Motif(notes[0][0] % TICKS, lengths, moves))


def heard_phrases(notes: Sequence[Note]) -> list[list[Note]]:
    """Divides a line into phrases, at rests of a beat or more.

    Example:
        >>> [len(phrase) for phrase in heard_phrases([Note(0, 1, 60), Note(1, 1, 62), Note(3, 1, 60)])]
        [2, 1]
    """
    phrases: list[list[Note]] = []
    for note in notes:
        if not phrases or note.onset - phrases[-1][-1].end > 1 - 1 / TICKS:
            phrases.append([])
        phrases[-1].append(note)
    return phrases


def in_reach(pitch: int) -> int:
    """The pitch, moved by octaves into the soloist's range."""
    while pitch < LOWEST:
        pitch += 12
    while pitch > HIGHEST:
        pitch -= 12
    return pitch


def _centre(phrase: Phrase, now: int) -> int:
    """The pitch around which a phrase lies at a time: on a straight line from its centre to its target."""
    done = min(1.0, (now - phrase.start) / max(1, phrase.end - phrase.start))
    return round(phrase.centre + done * (phrase.target - phrase.centre))


@lru_cache(maxsize=256)
def gravity(centre: int) -> Weights:
    """Weights that draw a line towards a centre: normal, `_SPREAD` semitones wide."""
    return np.asarray(np.exp(-(((PITCHES - centre) / _SPREAD) ** 2) / 2))


@lru_cache(maxsize=1024)
def leaps(base: float, pitch: int) -> Weights:
    """Weights that fall with the distance from a pitch, by `base` a semitone beyond a whole step."""
    return np.asarray(base ** np.maximum(0, abs(PITCHES - pitch) - 2))


def _pulse(network: Network) -> int:
    """How many times as long as learnt the notes are played outside double time.

    A solo in sixteenths, as over a slow tempo, is the same music as one in eighths at twice the tempo. Before
    anything is read, a network proposes what is usual in all that it learnt.
    """
    p, _ = network.begin().propose(0.0)
    short = sum(chance for chance, length in zip(p, network.lengths, strict=True) if length <= 1 / 4)
    return 2 if short > sum(p) / 2 else 1
