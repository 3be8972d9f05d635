"""Musical form: written measures with repeats, endings and jumps, in the order in which they are played."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from music.limits import MOST_MEASURES
from utils.errors import UserError

_JUMP = re.compile(
    r"\b(?:d\. ?(?P<where>[cs])\.?|da ?capo|dal ?segno)"
    r"(?:.*?\bal? (?:(?P<to>coda|fine)|(?P<ending>\d)\w\w end))?",
    re.IGNORECASE,
)


@dataclass
class Bar:
    """What is written at a measure.

    Args:
        opens: Whether a repeat begins with it.
        closes: How many times the repeat is played that ends with it; 0: none ends.
        endings: Which endings begin with it; none: no ending begins.
        segno: Whether it has the sign.
        coda: "before" or "after" its chords, or "". The first sign is where the coda is left for, the last
            where it begins.
        fine: Whether the piece may end with it.
        jump: What is written there, such as D.C. al Fine.
        last: Whether a double bar line follows, with which an ending ends.
    """

    opens: bool = False
    closes: int = 0
    endings: tuple[int, ...] = ()
    segno: bool = False
    coda: str = ""
    fine: bool = False
    jump: str = ""
    last: bool = False


def is_jump(text: str) -> bool:
    """Whether a text is a jump, such as D.S. al Coda.

    Example:
        >>> [is_jump(text) for text in ("D.C. al Fine", "Dal Segno al Coda", "Medium swing")]
        [True, True, False]
    """
    return _JUMP.match(text) is not None


def choruses(bars: Sequence[Bar]) -> tuple[list[int], list[int]]:
    """The order of one chorus, and of the last one where that has a coda of its own.

    Two coda signs without a jump are a coda for the last chorus: the others end before it.

    Returns:
        Places in `bars`; the second list is empty where all choruses are alike.

    Raises:
        UserError: There are more than `MOST_MEASURES`.

    Example:
        >>> choruses([Bar(), Bar(coda="before"), Bar(), Bar(coda="before")])
        ([0, 1, 2], [0, 3])
    """
    codas = [place for place, bar in enumerate(bars) if bar.coda]
    if len(codas) < 2 or codas[0] == 0 or any(bar.jump for bar in bars):
        return played(bars), []
    return played(bars[: codas[-1]]), played(bars, to_coda=True)


def played(bars: Sequence[Bar], *, to_coda: bool = False) -> list[int]:
    """The places of the measures in the order in which they are played.

    After D.C. or D.S. no repeat is taken.

    Args:
        bars: The measures as written.
        to_coda: Whether the coda is taken at its first sign, without a jump.

    Raises:
        UserError: There are more than `MOST_MEASURES`.

    Example:
        >>> played([Bar(opens=True), Bar(endings=(1,), closes=2), Bar(endings=(2,))])
        [0, 1, 0, 2]
    """
    regions = _regions(bars)
    last_endings = {section: max(endings, default=0) for section, endings in sorted(regions, key=_last)}
    codas = [place for place, bar in enumerate(bars) if bar.coda]
    segno = next((place for place, bar in enumerate(bars) if bar.segno), 0)
    order: list[int] = []
    place = start = 0
    times, jump, leave = 1, None, to_coda
    while place < len(bars):
        if len(order) == MOST_MEASURES:
            raise UserError(f"expected at most {MOST_MEASURES} measures, repeats played out, got more")
        bar, (section, endings) = bars[place], regions[place]
        if bar.opens and place != start:
            start, times = place, 1
        taken = times if jump is None else int(jump["ending"] or last_endings[section])
        if endings and taken not in endings:
            place += 1
            continue
        leaves = leave and place == codas[0] and (jump is not None or times >= _times(bars, place))
        if not (leaves and bar.coda == "before"):
            order.append(place)
        if leaves:
            place, leave, times = codas[-1], False, 1
            start = place
            continue
        if jump is None:
            more = any(section == other and times + 1 in others for other, others in regions[place + 1 :])
            if bar.closes and (times < bar.closes or more):
                place, times = start, times + 1
                continue
            if bar.jump and (jump := _JUMP.search(bar.jump)):
                leave = (jump["to"] or "").lower() == "coda" and len(codas) > 1
                from_sign = (jump["where"] or jump[0].lower().replace(" ", "")[3]) in "sS"
                place = start = segno if from_sign else 0
                times = 1
                continue
        elif (jump["to"] or "").lower() != "coda" and (
            bar.fine or bar.jump or (jump["ending"] and endings and bar.last)
        ):
            break
        if bar.closes:
            start, times = place + 1, 1
        place += 1
    return order


def _last(region: tuple[int, tuple[int, ...]]) -> tuple[int, int]:
    return region[0], max(region[1], default=0)


def _times(bars: Sequence[Bar], place: int) -> int:
    """How many times the repeat is played in which a measure lies; 1 outside of one."""
    for bar in bars[place:]:
        if bar.closes:
            return bar.closes
        if bar.opens and bar is not bars[place]:
            break
    return 1


def _regions(bars: Sequence[Bar]) -> list[tuple[int, tuple[int, ...]]]:
    """For each measure the number of the repeat in which it lies, and the endings in which it is played."""
    regions: list[tuple[int, tuple[int, ...]]] = []
    section, endings = 0, tuple[int, ...]()
    for bar in bars:
        if bar.opens:
            section, endings = section + 1, ()
        endings = bar.endings or endings
        regions.append((section, endings))
        if bar.last:
            endings = ()
    return regions
