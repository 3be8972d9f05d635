"""Small texts, tunes and archives that tests of several packages give to the code."""

import io
import zipfile

from music.midi_writer import to_midi
from music.score import Note, Part, Score

VERSE = "shall i compare thee to a summer's day?\nthou art more lovely and more temperate.\n"
SENTENCES = "I love you,0\nlet us play ball,1\nso good,2\nI am sad,3\nI want to eat,4\n"

_PITCHES = (62, 65, 69, 67, 64, 60, 59, 57, 64, 71)
_MELODY = Part("Lead", tuple(Note(0.5 * step, 0.5, _PITCHES[step % 10]) for step in range(40)))
_KEYS = Part("Keys", tuple(Note(4.0 * bar, 4.0, p) for bar in range(5) for p in (50, 53, 57, 60)), channel=1)
TUNE = to_midi(Score((_MELODY, _KEYS)))  # five measures of a melody and a chord

LEAD_SHEET = (  # a measure of MusicXML: a chord symbol, a note and a rest
    b'<score-partwise><part-list><score-part id="P1"><part-name>Lead</part-name></score-part></part-list>'
    b'<part id="P1"><measure number="1"><attributes><divisions>2</divisions><time><beats>4</beats>'
    b"<beat-type>4</beat-type></time></attributes><harmony><root><root-step>D</root-step></root>"
    b"<kind>minor-seventh</kind></harmony><note><pitch><step>F</step><octave>4</octave></pitch>"
    b"<duration>4</duration></note><note><rest/><duration>4</duration></note></measure></part></score-partwise>"
)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive with these members, compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
