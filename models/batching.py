"""How a server may compute several requests to an export together, as a file beside its graph.

The file is in assets.extra/, where a SavedModel keeps what belongs to it but is no part of the graph.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from utils.errors import UserError
from utils.files import exists, read_bytes

FILE = Path("assets.extra") / "batching.json"
LARGEST = 1 << 20  # bytes


@dataclass(frozen=True)
class Batching:
    """How requests to a signature are computed together, as one call with the rows of all of them.

    The rows must not depend on each other. A request is taken in if its inputs have an entry for each row.

    Args:
        steps: The input that says how long a row takes; requests of similar values are put together.
        output_rows: The input that says how many output rows an input row has; None: one.
    """

    steps: str | None = None
    output_rows: str | None = None


def write(folder: Path, signatures: dict[str, Batching]) -> None:
    """Writes which signatures' requests may be computed together, and how."""
    path = folder / FILE
    path.parent.mkdir()
    path.write_text(json.dumps({name: asdict(batching) for name, batching in signatures.items()}, indent=1))


def read(folder: Path) -> dict[str, Batching]:
    """Reads what `write` has written; nothing may be computed together where there is no file.

    Raises:
        UserError: The file is damaged.
    """
    path = folder / FILE
    if not exists(path):
        return {}
    try:
        found: dict[str, dict[str, Any]] = json.loads(read_bytes(path, LARGEST))
        together = {name: Batching(**options) for name, options in found.items()}
        names = [name for known in together.values() for name in asdict(known).values()]
        if not all(isinstance(name, str | None) for name in names):
            raise ValueError
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise UserError(f"{path}: expected the options of each signature") from None
    return together
