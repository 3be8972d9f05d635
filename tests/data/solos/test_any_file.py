"""Any MIDI file gives a solo: the melody is found, and chords are recognised where no track has them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import solos
from data.solos.charts import read_chart
from music.changes import Changes
from music.chord_symbols import ChordSymbol, parse_symbol, voicing_with_bass
from music.harmony import Chord
from music.midi import parse_midi
from music.midi_writer import to_midi
from music.recognition import recognise_chords
from music.score import Note, Part, Score
from tests.data.solos.events import events, onsets
from tools.bundled.compose import TUNES
from tools.chord_accuracy import Example, KnownChord, accompaniment, compare, own_tune
from utils.errors import UserError

CHORDS = ["Dm7", "G7", "Cmaj7", "A7", "Dm7", "G7", "C", "C"]
SCALE = (0, 2, 4, 5, 7, 9, 11)


def melody(beats: float = 4.0) -> tuple[Note, ...]:
    """Eighth notes, chord tones on the beats, with a rest at the end of every other measure."""
    notes = []
    for bar, name in enumerate(CHORDS):
        tones = sorted(parse_symbol(name).pitch_classes)
        for eighth in range(int(2 * beats) - 3 * (bar % 2)):
            step = tones[(eighth // 2) % len(tones)] if eighth % 2 == 0 else SCALE[(bar + eighth) % 7]
            notes.append(Note(beats * bar + eighth / 2, 0.5, 84 + step))
    return tuple(notes)


def chords(
    beats: float = 4.0, times: Sequence[float] = (0.0,), length: float | None = None
) -> tuple[Note, ...]:
    """The chords in four or five voices, struck at some times of every measure."""
    notes, pitches = [], None
    for bar, name in enumerate(CHORDS):
        pitches = voicing_with_bass(parse_symbol(name), pitches)
        notes += [Note(beats * bar + at, length or beats, pitch, 60) for at in times for pitch in pitches]
    return tuple(notes)


def bass(beats: float = 4.0) -> tuple[Note, ...]:
    """A root on the first beat, then other notes of the chord."""
    notes = []
    for bar, name in enumerate(CHORDS):
        symbol = parse_symbol(name)
        for beat in range(int(beats)):
            above = symbol.intervals[beat % len(symbol.intervals)]
            notes.append(Note(beats * bar + beat, 0.9, 36 + symbol.root % 12 + above - 12 * (beat == 3), 100))
    return tuple(notes)


DRUMS = Part("Kit", tuple(Note(beat / 2, 0.2, (36, 42, 38, 42)[beat % 4]) for beat in range(64)), channel=9)


def single_track(score: Score, tempos: Sequence[tuple[int, int]] = ()) -> bytes:
    """A score as a MIDI file of type 0, perhaps with tempos: (quarter note, microseconds)."""
    file = parse_midi(to_midi(score), Path("score"))
    events = [(480 * quarter, b"\xff\x51\x03" + tempo.to_bytes(3, "big")) for quarter, tempo in tempos]
    for track in file.tracks:
        for note in track.notes:
            events.append((note.onset, bytes([0x90 | track.channel, note.pitch, note.velocity])))
            events.append((note.end, bytes([0x80 | track.channel, note.pitch, 0])))
    content, now = b"", 0
    for tick, event in sorted(events):
        content += bytes([(tick - now) >> 7 | 0x80, (tick - now) & 0x7F]) + event
        now = tick
    content += b"\0\xff\x2f\0"
    return b"MThd\0\0\0\6\0\0\0\1\x01\xe0MTrk" + len(content).to_bytes(4, "big") + content


def names(solo: solos.Solo) -> list[str]:
    """The chord with which every measure begins."""
    return [str(chords[0].symbol) for chords in solo.chords]


def roots(solo: solos.Solo) -> list[int]:
    """The bass of the chord with which every measure begins, which is its root."""
    return [chords[0].pitches[0] % 12 for chords in solo.chords]


def pitches(solo: solos.Solo) -> list[int]:
    return [note.pitch for measure in solo.notes for note in measure]


ROOTS = [parse_symbol(name).root for name in CHORDS]
EXPECTED = [note.pitch for note in melody()]


def test_a_piano_in_one_track_is_a_melody_over_chords(write: Callable[..., Path]) -> None:
    solo = solos.read_solo(write(Part("Piano", melody() + chords())))
    assert pitches(solo) == EXPECTED
    assert names(solo) == CHORDS
    assert solo.notices == [
        "a tune.mid: melody from the highest notes of track 1 'Piano', chords recognised from all tracks: "
        "Dm7 G7 Cmaj7 A7 Dm7 G7 C, measures 1-8"
    ]


def test_many_recognised_chords_are_named_in_short(write: Callable[..., Path]) -> None:
    notes = [replace(note, onset=note.onset + 32 * time) for time in range(3) for note in melody() + chords()]
    (notice,) = solos.read_solo(write(Part("Piano", tuple(notes)))).notices
    assert "all tracks: Dm7 G7 Cmaj7 A7 Dm7 G7 C Dm7 ..., measures 1-24" in notice


@pytest.mark.parametrize("channels", [(0, 0, 0), (0, 1, 2)])
def test_a_file_of_type_0_with_tempo_changes(channels: tuple[int, ...], tmp_path: Path) -> None:
    parts = [
        Part("", notes, channel=channel)
        for notes, channel in zip((melody(), chords(), bass()), channels, strict=True)
    ]
    tempos = [(0, 500_000), (5, 250_000), (17, 900_000)]
    (tmp_path / "song.mid").write_bytes(single_track(Score((*parts, DRUMS)), tempos))
    solo = solos.read_solo(tmp_path / "song.mid")
    assert pitches(solo) == EXPECTED
    assert roots(solo) == ROOTS


def test_two_melodic_lines(write: Callable[..., Path]) -> None:
    below = []
    for number, note in enumerate(melody()):
        symbol = parse_symbol(CHORDS[int(note.onset // 4)])
        tone = symbol.intervals[(0, 2, 1, 0)[number % 4]]
        below.append(replace(note, pitch=48 + symbol.root % 12 + tone))
    solo = solos.read_solo(write(Part("Flute", melody(), 73), Part("Cello", tuple(below), 42, 1)))
    assert pitches(solo) == EXPECTED
    assert "melody from track 1 'Flute', chords recognised from all tracks" in solo.notices[-1]
    assert roots(solo) == ROOTS


def test_an_organ_with_pedals(write: Callable[..., Path]) -> None:
    upper = tuple(note for note in chords() if note.pitch >= 50)
    pedals = tuple(replace(note, duration=4.0) for note in bass() if note.onset % 4 == 0)
    thirds = tuple(replace(note, pitch=note.pitch - 4) for note in melody())
    path = write(
        Part("Organ", melody() + thirds, 19), Part("Organ", upper, 19, 1), Part("Organ", pedals, 19, 2)
    )
    solo = solos.read_solo(path)
    assert pitches(solo) == EXPECTED
    assert "highest notes of track 1 'Organ', chords from track 2 'Organ'" in solo.notices[-1]


@pytest.mark.parametrize("name", ["Bass", "Melody", "Track 2"])
@pytest.mark.parametrize("program", [0, 33])
def test_a_bass_is_not_the_melody_where_a_piano_plays(
    name: str, program: int, write: Callable[..., Path]
) -> None:
    solo = solos.read_solo(write(Part("Piano", melody() + chords()), Part(name, bass(), program, 1)))
    assert pitches(solo) == EXPECTED
    assert roots(solo) == ROOTS


def test_a_lone_bass_is_better_than_nothing(write: Callable[..., Path]) -> None:
    solo = solos.read_solo(write(Part("Bass", bass(), 32), DRUMS))
    assert len(solo.flat_tokens) == len(bass())
    assert roots(solo) == ROOTS


def test_a_waltz(write: Callable[..., Path]) -> None:
    oom_pah = bass(3.0)[::3] + tuple(note for note in chords(3.0, (1.0, 2.0), 0.9) if note.pitch >= 50)
    solo = solos.read_solo(write(Part("Piano", melody(3.0) + oom_pah), beats=3.0))
    assert solo.lengths == [3.0] * 8
    assert pitches(solo) == [note.pitch for note in melody(3.0)]
    assert roots(solo) == ROOTS


def test_chords_alone_have_their_highest_voice_as_the_melody(write: Callable[..., Path]) -> None:
    solo = solos.read_solo(write(Part("Choir", chords())))
    assert len(solo.flat_tokens) == len(CHORDS)
    assert pitches(solo) == [max(n.pitch for n in chords() if n.onset == 4.0 * bar) for bar in range(8)]


def test_a_window_in_which_only_another_track_plays(write: Callable[..., Path]) -> None:
    early = tuple(note for note in melody() if note.onset < 16)
    late = tuple(replace(note, pitch=note.pitch - 5) for note in melody() if note.onset >= 24)
    path = write(Part("Flute", early, 73), Part("Clarinet", late, 71, 1), Part("Piano", chords(), 0, 2))
    assert "track 1 'Flute'" in solos.read_solo(path).notices[-1]
    assert "track 2 'Clarinet'" in solos.read_solo(path, measures="7-8").notices[-1]


CHART = [
    (4.0, [Chord(0.0, (48, 52, 55), ChordSymbol(0, ""))]),
    (4.0, [Chord(0.0, (53, 57, 60)), Chord(2.0, (55, 59, 62))]),
]


def test_given_chords_overrule_and_are_repeated(write: Callable[..., Path]) -> None:
    path = write(Part("Lead", melody()), Part("Keys", chords(), 0, 1))
    solo = solos.read_solo(path, chords=Changes.of(CHART))
    assert solo.changes.chord_sets() == CHART * 4
    assert "track 1 'Lead', 2 measures of chords as given, repeated, measures 1-8" in solo.notices[-1]
    assert solos.read_solo(path, chords=Changes.of(CHART), measures="2").changes.chord_sets() == CHART[:1]


def test_a_typed_chart_keeps_its_names(write: Callable[..., Path]) -> None:
    chart = read_chart("Dm7 | Db7 | Cmaj7 / / A7 | N.C.")
    solo = solos.read_solo(write(Part("Lead", melody())), chords=chart)
    expected = [["Dm7"], ["Db7"], ["Cmaj7", "A7"], ["None"]] * 2
    assert [[str(chord.symbol) for chord in chords] for chords in solo.chords] == expected


def test_given_chords_begin_after_a_pickup(tmp_path: Path) -> None:
    head = """<score-partwise><part-list><score-part id="P"><part-name>P</part-name></score-part></part-list>
    <part id="P">"""
    note = "<note><pitch><step>E</step><octave>5</octave></pitch><duration>1</duration></note>"
    pickup = f"<attributes><divisions>1</divisions></attributes>{note}"
    first = f'<measure number="0" implicit="yes">{pickup}</measure>'
    whole = "".join(f'<measure number="{number}">{note * 4}</measure>' for number in (1, 2))
    (tmp_path / "tune.musicxml").write_text(f"{head}{first}{whole}</part></score-partwise>")
    solo = solos.read_solo(tmp_path / "tune.musicxml", chords=Changes.of(CHART))
    assert solo.lengths == [1.0, 4.0, 4.0]
    assert [chords[0].pitches for chords in solo.chords] == [(48, 52, 55), (48, 52, 55), (53, 57, 60)]


def test_chords_are_given_once_and_are_some(write: Callable[..., Path]) -> None:
    path = write(Part("Lead", melody()), Part("Keys", chords(), 0, 1))
    with pytest.raises(UserError, match="expected chords or a chord track, got both, the track 'Keys'"):
        solos.read_solo(path, chords=Changes.of(CHART), chord_track="Keys")
    nothing = Changes.of([(4.0, [Chord(0.0, ())])])
    with pytest.raises(ValueError, match="chords: expected one in the melody's measures, got none"):
        solos.read_solo(path, chords=nothing)


NOTES = st.lists(
    st.tuples(
        st.integers(0, 4000), st.integers(1, 900), st.integers(0, 127), st.integers(1, 127), st.integers(0, 8)
    ),
    min_size=8,
    max_size=60,
)


@given(NOTES, st.sampled_from([2.0, 3.0, 4.0, 3.5, 6.0]))
def test_any_eight_notes_are_a_solo(
    tmp_path_factory: pytest.TempPathFactory, notes: list[tuple[int, ...]], beats: float
) -> None:
    by_channel: dict[int, list[Note]] = {}
    for onset, duration, pitch, velocity, channel in notes:
        by_channel.setdefault(channel, []).append(Note(onset / 60, duration / 60, pitch, velocity))
    parts = tuple(Part(f"P{channel}", tuple(of), channel, channel) for channel, of in by_channel.items())
    path = tmp_path_factory.getbasetemp() / "any.mid"
    path.write_bytes(to_midi(Score((*parts, DRUMS), beats=beats)))
    kept = [note for track in parse_midi(path.read_bytes(), path).tracks for note in track.notes]
    if len(kept) - len(DRUMS.notes) < 8:  # of one pitch and onset only the longest is written
        return
    solo = solos.read_solo(path)
    assert solo.flat_tokens
    assert len(solo.tokens) == len(solo.chords) == len(solo.measures) >= 1
    for start, length, chords in zip(solo.starts, solo.lengths, solo.chords, strict=True):
        assert chords
        assert all(start <= chord.onset < start + length and chord.pitches for chord in chords)


@pytest.mark.parametrize(("name", "least"), [(name, 0.9 if name == "tune" else 0.8) for name in TUNES])
def test_the_own_tunes_in_one_track_keep_most_of_their_triads(name: str, least: float) -> None:
    tune = TUNES[name]
    places, _, right, *_ = compare(*own_tune(tune))
    assert places == len(tune.measures()) * 4 * tune.read_chart().measures[0].length
    assert right / places >= least


def test_four_fifths_of_well_known_progressions_are_recognised_under_any_accompaniment() -> None:
    counts = np.zeros(6)
    for number, text in enumerate(
        (Path(__file__).parent / "progressions.txt").read_text("utf-8").split("---\n")
    ):
        chart = read_chart(text.partition("# expected")[0])
        symbols = [symbol for measure in events(chart) for _, symbol in measure]
        beats, written = chart.measures[0].length, [*zip(onsets(chart), symbols, strict=True)]
        ends = [*(onset for onset, _ in written[1:]), len(chart.measures) * beats]
        known = [
            KnownChord(onset, end, symbol.root, frozenset(step % 12 for step in symbol.intervals))
            for (onset, symbol), end in zip(written, ends, strict=True)
            if symbol is not None
        ]
        measures = [(beats * bar, beats) for bar in range(len(chart.measures))]
        for seed in range(4):
            notes = list(accompaniment(known, np.random.default_rng([number, seed])))
            found = recognise_chords(notes, measures)
            counts += compare(Example(chart.title, notes, measures, known), found)
    assert counts[2] / counts[0] >= 0.8, counts / counts[0]


@pytest.mark.parametrize("chorale", ["bwv253", "bwv254", "bwv269", "bwv272"])
def test_of_a_choir_the_soprano_is_the_melody(chorale: str) -> None:
    from music21 import common

    solo = solos.read_solo(common.getCorpusFilePath() / "bach" / f"{chorale}.mxl")
    assert "melody from track 1 'Soprano', chords recognised from all tracks" in solo.notices[-1]


def test_a_few_high_bells_are_not_the_melody(write: Callable[..., Path]) -> None:
    bells = tuple(Note(8.0 * bar, 1.0, 96 + 4 * (bar % 2)) for bar in range(4))
    tenor = tuple(replace(note, pitch=note.pitch - 24) for note in melody())
    solo = solos.read_solo(write(Part("", tenor), Part("", bells, 9, 1), Part("", bass(), 33, 2)))
    assert "melody from track 1, " in solo.notices[-1]


def test_a_left_hand_is_no_chord_track(write: Callable[..., Path]) -> None:
    left = bass()[::2] + tuple(note for note in chords(4.0, (1.0,), 0.9) if note.pitch >= 50)
    solo = solos.read_solo(write(Part("Right", melody()), Part("Left", left, 0, 1)))
    assert roots(solo) == ROOTS
    assert "chords recognised from all tracks" in solo.notices[-1]
