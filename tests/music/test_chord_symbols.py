"""Chord symbols: the spellings of lead sheets, canonical ones, errors with their column, voicings."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.chord_symbols import (
    HIGHEST_VOICE,
    LOWEST_VOICE,
    ROOTS,
    ChordSymbol,
    ChordSymbolError,
    parse_symbol,
    voicing,
)
from music.qualities import QUALITIES
from tests.music.symbols import symbols

SPELLINGS = {
    "C": "C CM Cmaj Cma CMaj c",
    "Cm": "Cm C- Cmin Cmi CMI Cminor cm",
    "Cmaj7": "Cmaj7 CM7 CMaj7 CMAJ7 Cma7 CMA7 C^7 C^ CΔ7 CΔ C∆ Cj7 C7M Cmajor7",
    "Cm7": "Cm7 C-7 C−7 Cmin7 Cmi7 CMI7 CMIN7 cm7",
    "C7": "C7 Cdom7 c7",
    "Cm7b5": "Cm7b5 C-7b5 Cm7(b5) Cm7♭5 Cm7-5 Cø Cø7 CØ7 Ch Ch7 Cmin7(b5)",
    "Cdim": "Cdim Co C° Cº Cmb5",
    "Cdim7": "Cdim7 Co7 C°7 Cº7",
    "CdimMaj7": "CdimMaj7 CoM7 C°maj7",
    "CmMaj7": "CmMaj7 Cm(maj7) CmM7 C-^7 C-Δ C-^ Cmin(maj7) Cm/maj7 Cm7M",
    "C6": "C6 Cmaj6 CM6 Cadd6",
    "Cm6": "Cm6 C-6 Cmin6",
    "C69": "C69 C6/9 C6(9) C6add9 C6add2",
    "Cm69": "Cm69 C-69 Cm6/9",
    "C9": "C9 C7(9) C7/9",
    "Cmaj9": "Cmaj9 CM9 C^9 CΔ9 C7M(9)",
    "Cm9": "Cm9 C-9 Cm7(9)",
    "Cm9b5": "Cm9b5 Cø9 Ch9",
    "C11": "C11",
    "Cm11": "Cm11 C-11 Cm7(11)",
    "C13": "C13 C7(13) C7(9,13) C7/13",
    "Cmaj13": "Cmaj13 C^13 CM13",
    "Cm13": "Cm13 C-13",
    "Csus2": "Csus2 C2",
    "Csus4": "Csus Csus4 C4",
    "C7sus4": "C7sus4 C7sus Csus7 Cm7sus4",
    "C9sus4": "C9sus Csus9",
    "C13sus4": "C13sus4 C13sus",
    "Caug": "Caug C+ Caug",
    "C7#5": "C7#5 C+7 Caug7 C7+ C7+5 C7(#5)",
    "Cmaj7#5": "Cmaj7#5 C+maj7 C^7#5 CaugM7 Cmaj7+5",
    "Cadd9": "Cadd9 C(add9) Cadd2 C/9",
    "Cadd11": "Cadd11 Cadd4 CADD11",
    "Cadd13": "Cadd13",
    "Cmadd9": "Cmadd9 Cm(add9) C-add9",
    "C7b9": "C7b9 C7(b9) C7-9 C7♭9 C7/b9",
    "C7#9": "C7#9 C7(#9) C7+9 C7♯9",
    "C7#11": "C7#11 C7(#11) C7+11",
    "Cmaj7#11": "Cmaj7#11 C^7#11 CΔ#11 CM7(#11)",
    "C7b13": "C7b13 C7(b13)",
    "C7b9b13": "C7b9b13 C7(b9,b13) C7b13b9 C7(b9/b13)",
    "C7#5#9": "C7#5#9 C7#9#5 C+7#9 C7(#9,#5)",
    "C13b9": "C13b9 C13(b9) C7(b9,13)",
    "C7alt": "C7alt Calt C7altered C7(alt)",
    "C7sus4b9": "C7sus4b9 C7b9sus C7sus(b9)",
    "C7sus4add3": "C7susadd3",
    "Cm#5": "Cm#5 C-#5",
    "Cmb6": "Cmb6 C-b6",
    "C5": "C5",
    "C(b9)": "C(b9) Caddb9",
    "B9": "Cb9 C♭9",
    "F#7": "F#7 F♯7 Gb7 G♭7",
    "Bb": "Bb A# bb B♭",
    "C/E": "C/E c/e",
    "Dm7/G": "Dm7/G D-7/G",
    "C69/E": "C6/9/E",
    "C7/Bb": "C7/Bb C7/A# C7/B♭",
}


@pytest.mark.parametrize("canonical", SPELLINGS)
def test_spellings_of_one_symbol_are_equal(canonical: str) -> None:
    for text in SPELLINGS[canonical].split():
        assert str(parse_symbol(text)) == canonical, text


# Of the qualities that iReal Pro's editor offers, those that the spellings above do not hold.
@pytest.mark.parametrize(
    "quality",
    "-7b5 9#11 9b5 9#5 7b5 7#9b5 7#9#11 7b9#11 7b9b5 7b9#5 7b9#9 13#11 13#9 7b13sus ^9#11 -^9 h9".split(),
)
def test_the_qualities_of_ireal_pro_are_known(quality: str) -> None:
    assert parse_symbol(f"C{quality}").intervals[0] == 0


@pytest.mark.parametrize(
    ("text", "intervals"),
    [
        ("C7b9", (0, 4, 7, 10, 13)),
        ("C13b9", (0, 4, 7, 10, 13, 21)),
        ("C13#11", (0, 4, 7, 10, 14, 18, 21)),
        ("C7#5#9", (0, 4, 8, 10, 15)),
        ("C7b5", (0, 4, 6, 10)),
        ("Cm11b5", (0, 3, 6, 10, 14, 17)),
        ("C9sus4b13", (0, 5, 7, 10, 14, 20)),
        ("Cadd9", (0, 4, 7, 14)),
    ],
)
def test_altered_notes_replace_the_ones_they_alter(text: str, intervals: tuple[int, ...]) -> None:
    assert parse_symbol(text).intervals == intervals


def test_a_symbol_has_the_pitch_classes_of_its_notes() -> None:
    assert parse_symbol("Gm7/C").pitch_classes == {7, 10, 2, 5}


@pytest.mark.parametrize("quality", QUALITIES)
def test_every_quality_of_the_table_is_canonical(quality: str) -> None:
    assert ChordSymbol(0, quality).intervals == QUALITIES[quality].intervals


@given(symbols)
def test_every_symbol_that_is_written_is_read_back(symbol: ChordSymbol) -> None:
    assert parse_symbol(str(symbol)) == symbol


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("H7", 1),
        ("N.C.", 1),
        ("C7x", 3),
        ("Bbmaj7z", 7),
        ("C/H", 3),
        ("C/", 3),
        ("C(b9", 5),
        ("C((b9))", 3),
        ("C)", 2),
        ("C7,9", 3),
        ("Cm7b5b5", 6),
        ("C7b11", 3),
        ("Cmaj7maj7", 6),
        ("C7sus4sus4", 7),
        ("C79", 3),
        ("Cdim9", 2),
        ("C5b9", 2),
        ("C7altb9", 2),
        ("C7\x00", 3),
        ("C 7", 2),
    ],
)
def test_an_error_holds_the_column(text: str, column: int) -> None:
    with pytest.raises(ChordSymbolError) as caught:
        parse_symbol(text)
    assert caught.value.column == column
    assert f"at column {column}, got" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected", "column", "found"),
    [
        ("C7(b9", "a closing parenthesis", 6, "the end"),
        ("Cm" + "xyz" * 9, "a quality such as m7, maj7, 7b9 or sus4", 3, "'xyzxyzxyzxyzxyzxyzxy'"),
        ("C7#9#9", "a part that is compatible with those before it", 5, "'#9'"),
    ],
)
def test_the_whole_message(text: str, expected: str, column: int, found: str) -> None:
    with pytest.raises(ChordSymbolError) as caught:
        parse_symbol(text)
    message = f"{text!r} is no chord symbol: expected {expected} at column {column}, got {found}"
    assert str(caught.value) == message


@given(st.text(max_size=20) | st.text("CDb#m7(),/+-sua", max_size=12))
def test_any_text_is_a_symbol_or_an_error_within_it(text: str) -> None:
    try:
        symbol = parse_symbol(text)
    except ChordSymbolError as error:
        assert 1 <= error.column <= len(text) + 1
    else:
        assert parse_symbol(str(symbol)) == symbol


@pytest.mark.parametrize(
    "symbol", [(12, "", None), (-1, "", None), (0, "", 12), (0, "M7", None), (0, "?", None)]
)
def test_a_symbol_that_cannot_be_is_refused(symbol: tuple[int, str, int | None]) -> None:
    with pytest.raises(ValueError, match=r"root: |bass: |quality: "):
        ChordSymbol(*symbol)


@given(symbols, symbols)
def test_voicings_are_close_and_near_the_last_one(first: ChordSymbol, second: ChordSymbol) -> None:
    before = voicing(first)
    for symbol, pitches in ((first, before), (second, voicing(second, before))):
        assert 3 <= len(pitches) <= 4
        assert list(pitches) == sorted(set(pitches))
        assert {pitch % 12 for pitch in pitches} <= symbol.pitch_classes
        assert pitches[0] >= LOWEST_VOICE and pitches[-1] <= HIGHEST_VOICE
        assert pitches[-1] - pitches[0] <= 12
    after = voicing(second, before)
    assert abs(sum(after) / len(after) - sum(before) / len(before)) <= 7


def test_voicings_leave_the_root_to_the_bass() -> None:
    assert {pitch % 12 for pitch in voicing(parse_symbol("Dm7"))} == {5, 9, 0}
    assert {pitch % 12 for pitch in voicing(parse_symbol("G13"))} == {11, 5, 9, 4}
    assert {pitch % 12 for pitch in voicing(parse_symbol("Dm7/G"))} == {2, 5, 9, 0}  # nobody else plays it
    assert {pitch % 12 for pitch in voicing(parse_symbol("C"))} == {0, 4, 7}


@pytest.mark.parametrize("key", range(12))
def test_the_voices_of_a_cadence_move_by_steps(key: int) -> None:
    chords = [ChordSymbol((key + 2) % 12, "m7"), ChordSymbol((key + 7) % 12, "7"), ChordSymbol(key, "maj7")]
    voicings = [voicing(chords[0])]
    for chord in chords[1:]:
        voicings.append(voicing(chord, voicings[-1]))
    for before, after in itertools.pairwise(voicings):
        assert max(abs(new - old) for new, old in zip(after, before, strict=True)) <= 3


def test_thirty_rounds_through_the_keys_stay_in_the_middle() -> None:
    pitches: tuple[int, ...] | None = None
    for number in range(360):
        pitches = voicing(ChordSymbol(5 * number % 12, "7"), pitches)
        assert 57 <= sum(pitches) / len(pitches) <= 69, ROOTS[5 * number % 12]
