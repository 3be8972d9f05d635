"""Small files that claim or hold far more than they should: makers of them, and commands that are given them.

A case makes its file in a folder and returns the command's arguments.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests import untrusted
from tests.untrusted import as_config, put
from utils import bundle as bundles

MEGABYTE = 1 << 20
HUGE = 4095  # megabytes that a zip bomb unpacks to
ROOT = Path(__file__).resolve().parent.parent
Case = Callable[[Path], list[str]]
Writer = Callable[[Path], Any]

JAZZ = ["apps.jazz", "improvise", "--seed", "1", "--quiet", "--bundle"]
SOLO = ["apps.jazz", "improvise", "--seed", "1", "--quiet", "--midi"]
POEM = ["apps.shakespeare", "complete", "love", "--length", "5", "--seed", "1", "--bundle"]
VERSE = ["apps.shakespeare", "evaluate", "--quiet", "--corpus"]
EMOJI = ["apps.emojify", "predict", "I love it", "--quiet", "--bundle"]
VECTORS = [*EMOJI, str(ROOT / "pretrained" / "emojify_glove"), "--glove"]
TABLE = ["apps.emojify", "evaluate", "--quiet", "--csv"]

ENDLESS = b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\xff\xff\xff\xff\0\x90\x40\x40\x60\x80\x40\0"
CROWDED = b"MThd\0\0\0\6\0\1\xff\xff\0\x60"
ENTITIES = b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'>]><score-partwise>"


def file(name: str, write: Writer, command: list[str]) -> Case:
    """A file that a command is given."""

    def make(place: Path) -> list[str]:
        write(place / name)
        return [*command, str(place / name)]

    return make


def repeated(head: bytes, body: bytes, times: int, tail: bytes = b"") -> Writer:
    """Writes the same over and over."""
    return lambda path: path.write_bytes(head + body * times + tail)


def sizes(app: str, name: str, command: list[str]) -> Case:
    """A bundle that asks for 10^9 of something."""

    def make(place: Path) -> list[str]:
        made = {"jazz": untrusted.jazz, "shakespeare": untrusted.shakespeare}
        good = made[app]() if app in made else untrusted.emojify(place / "good", "v2")
        config = as_config(good)
        config["architecture"] = {**good.architecture, name: 10**9}
        return [*command, str(put(place / "bundle", app, config, good.weights))]

    return make


def weights(write: Writer) -> Case:
    """A jazz bundle whose weights are of another making, with the checksum that fits them."""

    def make(place: Path) -> list[str]:
        path = place / "made.npz"
        write(path)
        return [*JAZZ, str(put(place / "bundle", "jazz", as_config(untrusted.jazz()), path.read_bytes()))]

    return make


def config(text: str) -> Case:
    """A good jazz bundle with 15 MB of something else in its config."""

    def make(place: Path) -> list[str]:
        bundles.save(untrusted.jazz(), place / "bundle")
        path = place / "bundle" / "config.json"
        many = f"{text}," * (15 * MEGABYTE // (len(text) + 1))
        path.write_text(path.read_text("utf-8").rstrip().rstrip("}") + f', "more": [{many}0]}}', "utf-8")
        return [*JAZZ, str(place / "bundle")]

    return make


def zipped(member: str, claimed: int = HUGE * MEGABYTE) -> Writer:
    """A zip file whose one member unpacks to HUGE megabytes of zeros, and claims that or another size.

    What it claims has a fitting checksum: only who unpacks no more than that is not caught.
    """

    def write(path: Path) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        megabyte = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
        content = HUGE * megabyte + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
        name, crc = member.encode(), zlib.crc32(bytes(claimed)) if claimed < MEGABYTE else 0
        about = struct.pack("<5H3L2H", 20, 0, 8, 0, 33, crc, len(content), claimed, len(name), 0)
        head = b"PK\3\4" + about + name
        entry = b"PK\1\2\x14\0" + about + struct.pack("<3H2L", 0, 0, 0, 0, 0) + name
        end = struct.pack("<4H2LH", 0, 0, 1, 1, len(entry), len(head) + len(content), 0)
        path.write_bytes(head + content + entry + b"PK\5\6" + end)

    return write


def packed_otherwise(member: str) -> Writer:
    """A zip file that is packed as hardly any is, and very tightly."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive, archive.open(member, "w") as stream:
            for _ in range(40):
                stream.write(bytes(MEGABYTE))

    return write


def shape(path: Path) -> None:
    """An array that claims 10^18 numbers."""
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000), }".ljust(117) + "\n"
    content = b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode() + bytes(64)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lstm_1/kernel.npy", content)


def as_large_as_may_be(path: Path) -> None:
    """One array that no network wants, just within the limit, in a small file."""
    numbers = np.zeros(bundles.LARGEST // 4 - 2000, np.float32)
    np.savez_compressed(path, **untrusted.jazz().weights, more=numbers)


def hdf5(path: Path) -> None:
    """The course's format: a few kilobytes with eight arrays of 15 million numbers that nobody wrote."""
    import h5py

    with h5py.File(path, "w") as stream:
        root = stream.create_group("model_weights")
        root.attrs["layer_names"] = ["lstm"]
        names = [f"array_{number}" for number in range(8)]
        for name in names:
            root.create_dataset(f"lstm/{name}", (15_000_000,), "f8")
        root["lstm"].attrs["weight_names"] = names
