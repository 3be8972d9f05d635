"""Every option that takes a path, given odd ones, in one process: python -m tests.odd_paths FOLDER.

Run without root's capabilities, which see through a folder's mode. Prints as JSON what became of each.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path

from utils import cli

Main = Callable[[Sequence[str]], int]

# Each {} is the odd path, in a run of its own; {out} is a new folder.
LINES = (
    "apps.jazz improvise --seed 1 --bundle {} --out {out}",
    "apps.jazz improvise --seed 1 --midi {}.mid --out {out}",
    "apps.jazz improvise --seed 1 --midi {} --out {out}",
    "apps.jazz improvise --seed 1 --chords {} --out {out}",
    "apps.jazz improvise --seed 1 --chords {}.txt --out {out}",
    "apps.jazz improvise --seed 1 --soundfont {} --out {out}",
    "apps.jazz improvise --seed 1 --out {}",
    "apps.jazz train --midi {} --out {out}",
    "apps.jazz train --midi {} {} --out {out}",
    "apps.jazz train --resume --epochs 1 --out {}",
    "apps.dinos sample --bundle {}",
    "apps.dinos train --corpus {} --out {out}",
    "apps.dinos train --iterations 1 --units 4 --out {}",
    "apps.dinos train --iterations 1 --units 4 --resume --out {}",
    "apps.dinos train --iterations 1 --units 4 --out {out} --data-dir {}",
    "apps.shakespeare complete --bundle {} love",
    "apps.shakespeare complete --bundle {}.h5 love",
    "apps.shakespeare evaluate --corpus {}",
    "apps.shakespeare train --bundle {} --out {out}",
    "apps.shakespeare train --corpus {} --out {out}",
    "apps.shakespeare train --corpus {} --resume --out {}",
    "apps.emojify predict --bundle {} love",
    "apps.emojify predict --bundle pretrained/emojify --glove {} love",
    "apps.emojify train --csv {} --embedding learnt --out {out}",
    "apps.emojify train --test {} --embedding learnt --out {out}",
    "apps.emojify train --labels {} --embedding learnt --out {out}",
    "apps.emojify train --neutral {} --embedding learnt --out {out}",
    "apps.emojify train --embedding learnt --resume --epochs 1 --out {}",
    "apps.emojify evaluate --csv {}",
    "apps.emojify evaluate --neutral {}",
    "apps.bulk dinos --input {} --out {out}",
    "apps.bulk dinos --input {}.jsonl --out {out}",
    "apps.bulk dinos --input {}.parquet --out {out}",
    "apps.bulk dinos --input {rows} --out {}",
    "apps.bulk dinos --input {rows} --bundle {} --out {out}",
    "apps.bulk shakespeare --input {rows} --bundle {}.h5 --out {out}",
    "apps.bulk emojify --input {rows} --glove {} --out {out}",
    "apps.serve --port 0 --models {}",
    "apps.export jazz --bundle {} --out {out}",
    "apps.export jazz --out {}/folder",
    "apps.compare --json {} --epochs 1 --seeds 1 --characters 2000 --out {out}",
    "apps.compare --corpus {} --out {out}",
    "data list --data-dir {}",
    "data where shakespeare.txt --data-dir {}",
    "data prepare {} --out {out}.idx",
    "data prepare {rows} --out {}/text.idx",
    "tools.bench dinos --rounds 1 --json {}",
)


def odd_paths(folder: Path) -> dict[str, Path]:
    """Paths of which the system says nothing, or something else than "no such file"."""
    locked, loop, file = folder / "locked", folder / "loop", folder / "file"
    (locked / "inside").mkdir(parents=True)
    for name in ("loop", *(f"loop.{ending}" for ending in ("mid", "txt", "h5", "jsonl", "parquet", "idx"))):
        (folder / name).symlink_to(folder / name)
    file.write_bytes(b"")
    listed = folder / "listed"
    listed.mkdir()
    (listed / "solo.mid").write_bytes(b"MThd")
    listed.chmod(0o400)
    locked.chmod(0)
    return {
        "locked": locked,
        "inside a locked folder": locked / "inside",
        "may be listed alone": listed,
        "a loop of links": loop,
        "below a file": file / "below",
        "too long a name": folder / ("x" * 300),
        "too long a path": folder / "/".join(["y" * 200] * 25),
    }


def outcome(main: Main, arguments: list[str]) -> tuple[int | None, str]:
    """The exit code and what was said; None and the traceback of an exception."""
    out, err, argv = StringIO(), StringIO(), sys.argv
    sys.argv = ["command", *arguments]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            return cli.run(main), err.getvalue()
    except Exception:
        return None, traceback.format_exc()
    finally:
        sys.argv = argv


def main(folder: Path) -> None:
    """Runs every line with every path."""
    rows, found = folder / "rows.jsonl", []
    rows.write_text('{"id": 0}\n', "utf-8")
    for turn, (kind, path) in enumerate(odd_paths(folder).items()):
        for number, line in enumerate(LINES):
            module, *words = line.replace("{out}", str(folder / f"out-{turn}-{number}")).split()
            arguments = [word.replace("{rows}", str(rows)).replace("{}", str(path)) for word in words]
            print(kind, line, file=sys.stderr, flush=True)  # for whoever looks where it hangs
            code, said = outcome(import_module(f"{module}.__main__").main, arguments)
            found.append({"kind": kind, "line": line, "path": str(path), "code": code, "said": said})
    print(json.dumps(found))


if __name__ == "__main__":
    os.environ["CADENZA_DATA"] = ""
    main(Path(sys.argv[1]))
