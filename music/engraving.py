"""Engraving: MusicXML as SVG by Verovio, and when each of its notes sounds.

Verovio is imported when something is engraved.
"""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from xml.etree import ElementTree

from utils.files import write_bytes

_SIGNS = {"b": "♭", "#": "♯"}
_ENGRAVING = {
    "xmlIdSeed": 1,
    "header": "auto",
    "footer": "none",
    "pageMarginTop": 80,
    "pageMarginBottom": 80,
    "minLastJustification": 0.5,
    "staffLineWidth": 0.2,
    "svgViewBox": True,
    "svgFormatRaw": True,
}
_SVG = "{http://www.w3.org/2000/svg}"
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL)
_GLYPHS = re.compile(r'font-family="Leipzig" font-size="[^"]*">([^<]*)<')
_SIGNS_OF = str.maketrans({"\uea64": "♭", "\uea65": "♮", "\uea66": "♯"})
_LETTERS = "405px"  # the size of the text beside the glyphs
_VEROVIO = Lock()  # it counts its ids for the whole process


class NoteTime(NamedTuple):
    """When a note of an engraving sounds, as it is written: even, even where the sheet says "Swing".

    Args:
        element_id: The id of the note's element in the SVG; each of two tied notes has its own.
        onset: Quarter notes from the beginning.
        end: Quarter notes.
        start_ms: The onset in milliseconds at the sheet's tempo.
        end_ms: The end in milliseconds.
    """

    element_id: str
    onset: float
    end: float
    start_ms: float
    end_ms: float


class Place(NamedTuple):
    """Where a note of an engraving is: its page, its measure in the piece and its staff, all from 0."""

    page: int
    measure: int
    staff: int


@dataclass(frozen=True)
class Engraving:
    """Engraved music: its pages as SVG, and the times of its notes in the order in which they begin."""

    pages: tuple[str, ...]
    note_times: tuple[NoteTime, ...]

    def places(self) -> dict[str, Place]:
        """Finds every note of the pages by the id of its element.

        Example:
            >>> from music import notation
            >>> from music.score import Note, Part, Score
            >>> engraving = engrave(notation.to_musicxml(Score((Part("Solo", (Note(4, 4, 65),)),))))
            >>> engraving.places()[engraving.note_times[0].element_id]
            Place(page=0, measure=1, staff=0)
        """
        by_id: dict[str, Place] = {}
        number = 0
        for page, text in enumerate(self.pages):
            for measure in _of_class(ElementTree.fromstring(text), "measure"):
                for staff, group in enumerate(child for child in measure if child.get("class") == "staff"):
                    for note in _of_class(group, "note"):
                        by_id[note.get("id", "")] = Place(page, number, staff)
                number += 1
        return by_id

    def inline_page(self, number: int) -> str:
        """A page for insertion in a document that allows no inline styles and no embedded fonts.

        Without its style sheet a page needs the document's: `g.tempo`, `g.reh` and `g.ending` are bold,
        `g.mNum` and `g.dir` italic, `g.placeholder` is hidden, and shapes have a stroke of the current
        colour. Accidentals of chord symbols are plain text instead of glyphs of Verovio's font.

        Args:
            number: The page's, the first being 0.
        """
        page = _STYLE.sub("", self.pages[number])
        return _GLYPHS.sub(lambda found: f'font-size="{_LETTERS}">{found[1].translate(_SIGNS_OF)}<', page)


def engrave(musicxml: str, *, page_height: int | None = None) -> Engraving:
    """Engraves what `to_musicxml` wrote.

    A chord that goes on where a line begins is written there again.

    Args:
        musicxml: The text of the file.
        page_height: The height of a page that is 2100 wide, 500 to 60000; A4 is 2970. None: one page as
            high as the music.

    Returns:
        The pages and the times of the notes; the same for the same text.

    Raises:
        ValueError: The height is out of its range, or the text is no MusicXML.

    Example:
        >>> from music import notation
        >>> from music.score import Note, Part, Score
        >>> solo = Part("Solo", (Note(0, 2, 65), Note(2, 2, 69)), program=26)
        >>> engraving = engrave(notation.to_musicxml(Score((solo,), tempo=60)))
        >>> [(time.start_ms, time.end_ms) for time in engraving.note_times]
        [(0, 2000), (2000, 4000)]
        >>> engraving.pages[0][1:4] == "svg"
        True
    """
    import verovio

    if page_height is not None and not 500 <= page_height <= 60000:
        raise ValueError(f"page_height: expected 500 to 60000, got {page_height}")
    prepared = _for_engraving(musicxml)
    if page_height is None:
        layout = {"breaks": "encoded", "adjustPageHeight": True}
    else:
        layout = {"breaks": "line", "pageHeight": page_height}
    with _VEROVIO:
        # It keeps this for each thread, and sets it only in the one that imports it.
        verovio.setDefaultResourcePath(str(Path(verovio.__file__).parent / "data"))
        verovio.enableLog(verovio.LOG_OFF)
        toolkit = verovio.toolkit()
        toolkit.setOptions(_ENGRAVING | layout)
        if not toolkit.loadData(prepared):
            raise ValueError("musicxml: expected MusicXML that Verovio reads")
        pages = tuple(toolkit.renderToSVG(number + 1) for number in range(toolkit.getPageCount()))
        return Engraving(pages, tuple(_note_times(toolkit.renderToTimemap())))


def _of_class(element: ElementTree.Element, name: str) -> Iterable[ElementTree.Element]:
    return (group for group in element.iter(f"{_SVG}g") if group.get("class") == name)


def write_svg(path: Path | str, musicxml: str) -> None:
    """Engraves MusicXML as an SVG file, one page as high as the music; see `engrave`.

    Raises:
        UserError: The file cannot be written.
        ValueError: The text is no MusicXML.
    """
    (page,) = engrave(musicxml).pages
    write_bytes(Path(path), page.encode("utf-8"))


def _for_engraving(musicxml: str) -> str:
    """MusicXML with what Verovio needs to engrave it well; none of it is right for other programs."""
    try:
        root = ElementTree.fromstring(musicxml)
    except ElementTree.ParseError as error:
        raise ValueError(f"musicxml: expected MusicXML, got text that is no XML: {error}") from None
    if root.tag != "score-partwise":
        raise ValueError(f"musicxml: expected a score-partwise element, got {root.tag}")
    for kind in root.iter("kind"):
        kind.set("text", re.sub("[b#](?=[0-9])", lambda sign: _SIGNS[sign[0]], kind.get("text", "")))
    for harmony in root.iter("harmony"):
        for degree in harmony.findall("degree"):  # the text has it; Verovio would write it again
            harmony.remove(degree)
    lead = root.find("part")
    if lead is not None:
        _begin_lines_with_chords(lead)
        _raise_tempo(lead)
    return ElementTree.tostring(root, encoding="unicode")


def _begin_lines_with_chords(lead: ElementTree.Element) -> None:
    """Writes the chord that goes on where a line begins."""
    last = None
    for measure in lead.iter("measure"):
        tags = [element.tag for element in measure]
        first_note = tags.index("note")
        if last is not None and "print" in tags and "harmony" not in tags[:first_note]:
            again = deepcopy(last)
            for offset in again.findall("offset"):
                again.remove(offset)
            measure.insert(first_note, again)
        last = next(reversed(measure.findall("harmony")), last)


def _raise_tempo(lead: ElementTree.Element) -> None:
    """Makes a rehearsal mark of the tempo: Verovio writes tempos below the chord symbols, among the notes."""
    for direction in lead.iter("direction"):
        tempo = direction.find("direction-type/metronome/per-minute")
        if tempo is None:
            continue
        words = [element.text or "" for element in direction.iter("words")]
        for element in direction.findall("direction-type"):
            direction.remove(element)
        kind = ElementTree.Element("direction-type")
        mark = ElementTree.SubElement(kind, "rehearsal", {"enclosure": "none", "font-weight": "bold"})
        mark.text = "".join([*words, "♩ = ", tempo.text or ""])
        direction.insert(0, kind)
        direction.set("placement", "above")


def _note_times(timemap: Iterable[Mapping[str, Any]]) -> list[NoteTime]:
    """The notes of Verovio's time map, in the order in which they begin."""
    started: dict[str, tuple[float, float]] = {}
    ended: dict[str, tuple[float, float]] = {}
    for entry in timemap:
        time = entry["qstamp"], entry["tstamp"]
        started |= dict.fromkeys(entry.get("on", ()), time)
        ended |= dict.fromkeys(entry.get("off", ()), time)
    return [
        NoteTime(element_id, onset, ended[element_id][0], start_ms, ended[element_id][1])
        for element_id, (onset, start_ms) in started.items()
    ]
