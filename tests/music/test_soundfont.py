import importlib.util
import struct
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from music import mastering, soundfont
from music.audio import RING, render_stems
from music.score import Note, Part, Score
from music.soundfont import FOLDERS, find_soundfont, render_soundfont, soundfont_stems
from tests.music.sounds import decibels, loudest_frequency
from utils.errors import UserError

RATE = 44_100
needs_library = pytest.mark.skipif(
    importlib.util.find_spec("tinysoundfont") is None,
    reason="tinysoundfont is not here; get it with: pip install --no-deps -r requirements-optional.txt",
)


class FakeSynth:
    """Stands in for tinysoundfont.Synth: records its calls, and sounds 0.5 for each note that is on."""

    programs = (0, 26)
    kits = (0, 8)

    def __init__(self, samplerate):
        self.told, self.sounding, self.now = [("rate", samplerate)], set(), 0
        FakeSynth.last = self

    def sfload(self, content):
        if b"broken" in content:
            raise RuntimeError("Could not load SoundFont")
        return 7

    def sfpreset_name(self, font, bank, program):
        assert font == 7
        return "a name" if program in {0: self.programs, 128: self.kits}[bank] else None

    def program_change(self, channel, program, is_drums=False):
        self.told.append(("program", channel, program, is_drums))

    def control_change(self, channel, controller, value):
        self.told.append(("control", channel, controller, value))

    def sounds_off(self, channel):
        assert not self.sounding

    def noteon(self, channel, pitch, velocity):
        self.told.append((self.now, "on", channel, pitch, velocity))
        self.sounding.add(pitch)

    def noteoff(self, channel, pitch):
        self.told.append((self.now, "off", channel, pitch))
        self.sounding.discard(pitch)

    def generate_simple(self, samples, buffer):
        assert len(buffer) == samples * 8
        np.frombuffer(buffer, dtype=np.float32)[:] = 0.5 * len(self.sounding)
        self.now += samples


@pytest.fixture
def fake(monkeypatch):
    library = SimpleNamespace(
        Synth=FakeSynth, SoundFontException=type("SoundFontException", (Exception,), {})
    )
    monkeypatch.setitem(sys.modules, "tinysoundfont", library)


def riff(content):
    return b"RIFF" + struct.pack("<I", len(content)) + content


@pytest.fixture
def font(tmp_path):
    path = tmp_path / "font.sf2"
    path.write_bytes(riff(b"sfbk and more"))
    return path


SCORE = Score(
    (
        Part("Melody", (Note(1, 1, 69, 80), Note(2, 1, 69, 81), Note(3, 0, 71)), 26),  # the last is silent
        Part("Piano", (Note(0, 4, 52),), 4, 1),
    ),
    tempo=120,
)


def test_the_parts_are_played_one_by_one_at_their_samples_with_offs_before_ons(fake, font):
    render_soundfont(SCORE, font)
    half, piano = RATE // 2, round((2 + RING) * RATE) + RATE // 10  # a part's sound, and silence after it
    assert FakeSynth.last.told == [
        ("rate", RATE),
        ("program", 0, 26, False),
        ("control", 0, 10, 64),  # in the middle
        (half, "on", 0, 69, 80),
        (2 * half, "off", 0, 69),
        (2 * half, "on", 0, 69, 81),
        (3 * half, "off", 0, 69),
        ("program", 1, 0, False),  # the font has no program 4: its first instrument plays
        ("control", 1, 10, 42),  # on the left
        (piano, "on", 1, 52, 90),
        (piano + round((2 + RING) * RATE), "off", 1, 52),  # its last note rings
    ]


def test_the_sound_is_as_long_as_the_score_with_its_ring_and_ends_in_silence(fake, font):
    samples = render_soundfont(SCORE, font)
    assert samples.shape == ((2 + RING) * RATE, 2)
    assert samples.dtype == np.float32
    assert decibels(samples) == pytest.approx(mastering.LOUDNESS, abs=2)
    assert np.abs(samples[-3:]).max() < 1e-3


def test_every_part_has_the_loudness_that_the_built_in_sound_gives_it(fake, font):
    def levels(named_stems):
        melody, piano = (mastering.mean_power(stem.T, RATE) for _, stem in named_stems)
        return 10 * np.log10(melody / piano)

    assert levels(soundfont_stems(SCORE, font)) == pytest.approx(levels(render_stems(SCORE)), abs=0.5)


def test_the_room_is_heard_after_a_note(fake, font):
    score = Score((Part("Melody", (Note(0, 1, 69), Note(4, 1, 69)), 26),), tempo=60)
    samples = render_soundfont(score, font)
    assert -40 < decibels(samples[round(1.02 * RATE) : round(1.1 * RATE)]) - decibels(samples[:RATE]) < -15
    assert decibels(samples[2 * RATE : 3 * RATE]) < -80


def test_stems_sum_to_the_mix(fake, font):
    mix = render_soundfont(SCORE, str(font))
    stems = dict(soundfont_stems(SCORE, str(font)))
    assert list(stems) == ["Melody", "Piano"]
    np.testing.assert_allclose(stems["Melody"] + stems["Piano"], mix, atol=1e-6)
    assert np.abs(stems["Melody"][: RATE // 2 - 10]).max() < 1e-6


@pytest.mark.parametrize(("program", "kit"), [(0, 0), (8, 8), (32, 0)])
def test_drums_play_the_drum_kit_or_the_standard_one(fake, font, program, kit):
    render_soundfont(Score((Part("Drums", (Note(0, 1, 40),), program, 9),)), font)
    assert ("program", 9, kit, True) in FakeSynth.last.told


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ((3, 12, 4), "tinysoundfont; get it with: pip install --no-deps -r requirements-opt"),
        ((3, 13, 0), "tinysoundfont, which has no wheel for Python 3.13: use Python 3.11 or 3.12"),
    ],
)
def test_without_the_library_the_message_says_how_to_get_it(monkeypatch, font, version, message):
    monkeypatch.setitem(sys.modules, "tinysoundfont", None)
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(UserError, match=message):
        render_soundfont(SCORE, font)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    found = (tmp_path / "sounds", tmp_path / "soundfonts")
    monkeypatch.setattr(soundfont, "FOLDERS", found)
    return found


def put(folder, suffix="sf2", **fonts):
    folder.mkdir()
    for name, size in fonts.items():
        (folder / f"{name}.{suffix}").write_bytes(bytes(size))


def test_auto_finds_the_largest_soundfont_and_logs_it(folders, caplog):
    put(folders[0], small=10)
    put(folders[1], large=30, middle=20)
    (folders[1] / "larger.txt").write_bytes(bytes(99))
    with caplog.at_level("INFO", "cadenza"):
        assert find_soundfont("auto") == folders[1] / "large.sf2"
    assert caplog.messages == [f"soundfont: {folders[1] / 'large.sf2'}"]


def test_auto_prefers_the_one_called_default(folders):
    put(folders[0], default_GM=5, large=30)
    assert find_soundfont() == folders[0] / "default_GM.sf2"


def test_auto_finds_compressed_soundfonts_too(folders):
    put(folders[0], small=10)
    put(folders[1], "sf3", compressed=30)
    assert find_soundfont() == folders[1] / "compressed.sf3"
    assert Path("/usr/share/sounds/sf3") in FOLDERS


def test_a_named_soundfont_is_taken(folders, font, tmp_path, caplog):
    assert find_soundfont(str(font)) == font
    assert not caplog.messages
    with pytest.raises(UserError, match="cannot read .*mine.sf2: no such file"):
        find_soundfont(tmp_path / "mine.sf2")
    with pytest.raises(
        UserError, match=r"no soundfont \(.sf2, .sf3\) in .*sounds or .*soundfonts; install one"
    ):
        find_soundfont("auto")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a soundfont: it does not begin with RIFF and sfbk"),
        (b"MThd, and so on", "is not a soundfont"),
        (riff(b"WAVEfmt "), "is not a soundfont"),
        (riff(b"sfbk and more")[:-3], "is a soundfont that was cut off after 18 bytes"),
        (riff(b"sfbk broken"), "cannot be read as a soundfont: Could not load SoundFont"),
    ],
)
def test_files_that_are_no_soundfont_are_refused(fake, font, content, message):
    font.write_bytes(content)
    with pytest.raises(UserError, match=message):
        render_soundfont(SCORE, font)


def test_no_file_and_no_instrument_are_refused(fake, font, tmp_path, monkeypatch):
    with pytest.raises(UserError, match="expected at most 3600 seconds"):
        render_soundfont(Score((Part("a", (Note(0, 1e9, 60),)),)), font)
    with pytest.raises(UserError, match="cannot read .*absent.sf2: no such file"):
        render_soundfont(SCORE, tmp_path / "absent.sf2")
    monkeypatch.setattr(FakeSynth, "programs", ())
    with pytest.raises(UserError, match="font.sf2 has no melodic instrument"):
        render_soundfont(SCORE, font)


def chunk(name, *contents):
    content = b"".join(contents)
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def tiny_soundfont(program):
    """A soundfont whose one instrument is a looped sine that sounds A4 at pitch 69."""
    period, loops = 100, 40
    wave = np.round(20_000 * np.sin(2 * np.pi * np.arange(period * loops) / period)).astype("<i2")
    name = b"sine".ljust(20, b"\0")
    end = len(wave)
    generators = [(54, 1), (53, 0)]  # sampleModes: loop; sampleID
    sample = (0, end, period, end - period, 44_000, 69, 0, 0, 1)  # 44000 / 100 = 440
    empty = (0,) * 9
    pdta = [
        chunk(b"phdr", *(name + struct.pack("<HHHIII", p, 0, b, 0, 0, 0) for p, b in ((program, 0), (0, 1)))),
        chunk(b"pbag", struct.pack("<HHHH", 0, 0, 1, 0)),
        chunk(b"pmod", bytes(10)),
        chunk(b"pgen", struct.pack("<HHHH", 41, 0, 0, 0)),  # instrument 0
        chunk(b"inst", *(name + struct.pack("<H", bag) for bag in (0, 1))),
        chunk(b"ibag", struct.pack("<HHHH", 0, 0, len(generators), 0)),
        chunk(b"imod", bytes(10)),
        chunk(b"igen", *(struct.pack("<HH", *pair) for pair in [*generators, (0, 0)])),
        chunk(b"shdr", *(name + struct.pack("<IIIIIBbHH", *fields) for fields in (sample, empty))),
    ]
    info = [chunk(b"ifil", struct.pack("<HH", 2, 1)), chunk(b"isng", b"EMU8000\0"), chunk(b"INAM", b"tiny")]
    return riff(
        b"sfbk"
        + chunk(b"LIST", b"INFO", *info)
        + chunk(b"LIST", b"sdta", chunk(b"smpl", wave.tobytes() + bytes(92)))
        + chunk(b"LIST", b"pdta", *pdta)
    )


@needs_library
@pytest.mark.parametrize("program", [0, 26])
def test_a_real_soundfont_sounds_in_tune(tmp_path, program):
    path = tmp_path / "tiny.sf2"
    path.write_bytes(tiny_soundfont(program))
    score = Score((Part("Melody", (Note(0, 2, 69), Note(2, 2, 81)), 26),), tempo=60)
    samples = render_soundfont(score, path)
    assert samples.shape == ((4 + RING) * RATE, 2)
    assert 0.1 < np.abs(samples).max() <= mastering.PEAK + 1e-6
    for start, expected in ((0, 440), (2, 880)):
        part = samples[round((start + 0.1) * RATE) : round((start + 1.7) * RATE)]
        assert loudest_frequency(part, RATE) == pytest.approx(expected, abs=0.5)


@needs_library
def test_the_real_library_refuses_an_empty_soundfont(tmp_path):
    path = tmp_path / "bad.sf2"
    path.write_bytes(riff(b"sfbk" + chunk(b"LIST", b"INFO")))
    with pytest.raises(UserError, match="bad.sf2 cannot be read as a soundfont"):
        render_soundfont(SCORE, path)
