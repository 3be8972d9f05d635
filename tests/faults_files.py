"""The commands that write other files, each run up to its writing: see tests.faults."""

import hashlib
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.faults import Found, Mixture, Moments, State, finish, forks, put_back, tell


def _export_arguments(folder: Path) -> list[str]:
    from tests.apps.export import exports

    bundle = exports.write_jazz(folder / "bundle")
    return ["jazz", "--bundle", str(bundle), "--out", str(folder / "out"), "--quiet"]


def _digest(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


class _Versions:
    """A folder of versions: the old state is a first one, which no export may touch, or none."""

    def __init__(self, folder: Path, expected: dict[str, str] | None = None) -> None:
        self.folder, self.expected, self.had = folder, expected, False
        self.state = State(folder, self.reset, self.look)

    def reset(self, had: bool) -> None:
        put_back(self.folder, None)
        self.had = had
        if had:
            (self.folder / "1").mkdir(parents=True)
            (self.folder / "1" / "saved_model.pb").write_bytes(b"old")

    def look(self) -> Found:
        """All versions but the old one must be whole: these files, or those of an export."""
        old = self.folder / "1" / "saved_model.pb"
        if self.had and old.read_bytes() != b"old":
            raise Mixture("version 1 was changed")
        names = {"saved_model.pb", "fingerprint.pb", "variables/variables.index"}
        paths = self.folder.iterdir() if self.folder.exists() else ()
        later = [path for path in paths if path.name.isdecimal() and not (self.had and path.name == "1")]
        for path in later:
            found = _digest(path)
            if (self.expected is not None and found != self.expected) or not names <= set(found):
                raise Mixture(f"version {path.name} has only {sorted(found)}")
        return "new" if later else "old" if self.had else None


def export_files(kills: int, folder: Path) -> None:
    """The export's files, from the graph to the name; every child builds its own graph."""
    import keras  # noqa: F401
    import tensorflow as tf  # imported and not used before the fork: then it outlives it

    from apps.export import __main__ as export
    from apps.export import write as export_work

    versions, arguments = _Versions(folder / "out" / "jazz"), _export_arguments(folder)
    moments = Moments(disk=60_000, anywhere=0.2)  # AutoGraph too writes small files
    pipe = forks(kills, versions.state, moments)
    tell(pipe, tf.saved_model, "save", after=False)
    tell(pipe, export_work, "_publish", before=False)
    finish(export.main, arguments)


def export_name(kills: int, folder: Path) -> None:
    """The checked export gets its name: an export whose files are copies, which takes no TensorFlow."""
    from apps.export import __main__ as export
    from apps.export import write as export_work

    spare, arguments = folder / "spare", _export_arguments(folder)
    save, reports = export_work._save_and_verify, list[Any]()

    def save_once(source: Any, temporary: Path) -> Any:
        reports.append(save(source, temporary))
        shutil.copytree(temporary, spare)
        return reports[0]

    def copy(source: Any, temporary: Path) -> Any:
        for path in sorted(spare.rglob("*")):
            target = temporary / path.relative_to(spare)
            target.mkdir() if path.is_dir() else target.write_bytes(path.read_bytes())
        return reports[0]

    export_work._save_and_verify = save_once
    export.main(arguments)
    export_work._save_and_verify = copy
    pipe = forks(kills, _Versions(folder / "out" / "jazz", _digest(spare)).state)
    tell(pipe, export_work, "_save_and_verify", after=False)
    tell(pipe, export_work, "_publish", before=False)
    finish(export.main, arguments)


def data_fetch(kills: int, folder: Path) -> None:
    """A file in an archive, from a server on loopback."""
    import pooch  # noqa: F401
    import requests  # noqa: F401

    from data import __main__ as command
    from data import catalogue, download
    from tests.data.conftest import Site

    os.environ |= {"XDG_CACHE_HOME": str(folder), "NO_PROXY": "127.0.0.1"}
    os.environ.pop("CADENZA_DATA", None)
    old, new = os.urandom(300_000), os.urandom(400_000)
    packed = folder / "poem.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/poem.txt", new)
    site = Site()
    member = {"member": "in/poem.txt", "member_bytes": len(new)}
    entry = site.entry(packed.read_bytes(), name="poem.zip", **member)
    catalogue.ENTRIES = (entry,)
    cache = catalogue.cache()
    assert cache is not None
    path = cache / entry.file

    def reset(had: bool) -> None:
        put_back(cache, None)
        cache.mkdir(parents=True)
        if had:
            path.write_bytes(old)

    def look() -> str | None:
        if not path.exists():
            return None
        found = {old: "old", new: "new"}.get(path.read_bytes())
        if found is None or [p.name for p in cache.iterdir() if not p.name.startswith(".")] != [path.name]:
            raise Mixture("the file is not whole")
        return found

    tell(forks(kills, State(cache, reset, look)), download, "fetch")
    finish(command.main, ["fetch", entry.name, "--quiet"])


def glove_cache(kills: int, folder: Path) -> None:
    """The copy of a table of vectors."""
    from data.glove import vectors as glove
    from utils import cli

    cli.show_notices(quiet=True)
    generator, path, cache = np.random.default_rng(0), folder / "vectors.txt", folder / "cache"
    tables = {name: generator.normal(size=(3000, 50)).astype(np.float32) for name in ("old", "new")}

    def write(name: str) -> None:
        rows = (f"word{place} " + " ".join(map(str, row)) for place, row in enumerate(tables[name]))
        path.write_text("\n".join(rows) + "\n")

    contents = {}
    for name in tables:
        write(name)
        glove.load(path, cache)
        (copy,) = (cache / "glove").iterdir()
        contents[copy.read_bytes()] = name
        if name == "old":
            shutil.copytree(cache, folder / "kept")

    def look() -> str | None:
        if not copy.exists():
            return None
        if copy.read_bytes() not in contents:
            raise Mixture("the copy is not whole")
        return contents[copy.read_bytes()]

    def reset(had: bool) -> None:
        put_back(cache, folder / "kept" if had else None)

    tell(forks(kills, State(cache, reset, look), Moments(disk=4096)), glove, "_write_copy")

    def main(arguments: Any) -> int:
        vectors = glove.load(path, cache)
        return 0 if np.array_equal(vectors["word7"], tables["new"][7]) else 3

    finish(main, [])
