"""A bulk job, and the manifest that records which job an output folder belongs to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from utils.errors import UserError
from utils.files import UNFINISHED, entries, exists, is_folder, read_bytes, write_text

MANIFEST = "manifest.json"
FORMATS = ("jsonl", "parquet")
_VERSION = 1


@dataclass(frozen=True)
class Job:
    """What every worker needs to know.

    Args:
        app: The app that answers.
        input: The rows' file, .jsonl or .parquet.
        out: The folder of the parts.
        seed: Together with a row's id it decides the row's randomness.
        format: The parts': one of `FORMATS`.
        block_rows: Rows of a block, which are answered at a time and become a part.
        bundle: The network; None: the pretrained one.
        vectors: Word vectors for Emojify's network; None: it has its own.
    """

    app: str
    input: Path
    out: Path
    seed: int
    format: str
    block_rows: int
    bundle: Path | None = None
    vectors: Path | None = None

    def part(self, number: int) -> Path:
        """The file of a block."""
        return self.out / f"part-{number:06}.{self.format}"


@dataclass(frozen=True)
class Input:
    """The input as the manifest describes it."""

    name: str
    bytes: int
    sha256: str
    rows: int


def read_manifest(out: Path) -> dict[str, Any] | None:
    """Reads the manifest of a folder; None for a folder that is new or empty.

    Raises:
        UserError: The folder holds other files, or the manifest is damaged.
    """
    path = out / MANIFEST
    if exists(out) and not is_folder(out):
        raise UserError(f"{out} is a file, expected a folder")
    if not exists(path):
        if is_folder(out) and any(not entry.name.startswith(UNFINISHED) for entry in entries(out)):
            raise UserError(f"{out} holds files that are not a bulk job's; choose another folder")
        return None
    try:
        manifest = json.loads(read_bytes(path, 1 << 20))
        if manifest["format"] != _VERSION:
            raise UserError(f"{path} has the format {manifest['format']!r}, expected {_VERSION}")
        options = manifest["options"]
        for number, least in (
            (options["seed"], 0),
            (options["block_rows"], 1),
            (manifest["input"]["rows"], 1),
        ):
            if type(number) is not int or number < least:
                raise ValueError
        if options["format"] not in FORMATS:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UserError(f"{path} is not a bulk job's manifest; choose another folder") from None
    return dict(manifest)


def new_manifest(job: Job, source: Input, checksums: Mapping[str, str | None]) -> dict[str, Any]:
    """The manifest of a job that has not ended: without counts.

    Args:
        job: The job.
        source: Its input.
        checksums: Checksums of the bundle, and perhaps of the vectors.
    """
    options = {"seed": job.seed, "format": job.format, "block_rows": job.block_rows, **checksums}
    return {
        "format": _VERSION,
        "app": job.app,
        "input": asdict(source),
        "options": options,
        "counts": None,
    }


def require_same(saved: Mapping[str, Any], expected: Mapping[str, Any], out: Path) -> None:
    """Checks that a folder's manifest is that of this job.

    Raises:
        UserError: The app, the input or an option is another.
    """
    pairs = [("app", saved.get("app"), expected["app"])]
    pairs += [
        (f"input's {key}", saved["input"].get(key), expected["input"][key]) for key in ("rows", "sha256")
    ]
    pairs += [(key, saved["options"].get(key), value) for key, value in expected["options"].items()]
    for name, old, new in pairs:
        if old != new:
            raise UserError(
                f"{out} holds another job: its {name} is {_shown(old)}, expected {_shown(new)}; "
                "choose another folder"
            )


def write_manifest(out: Path, manifest: Mapping[str, Any]) -> None:
    """Writes a folder's manifest atomically."""
    write_text(out / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:12] + " ..."
