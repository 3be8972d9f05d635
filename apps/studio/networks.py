"""The networks that the views can choose: the pretrained ones, and those that were trained here.

Those are kept in a folder, each in one of its own that has a random name, with its title beside the bundle.
"""

import json
import logging
import re
import secrets
import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from apps.studio.errors import RequestError
from data.glove import vectors as glove
from models.apps import APPS
from utils import bundle as bundles
from utils.errors import UserError
from utils.files import (
    entries,
    is_file,
    is_folder,
    make_folder,
    read_bytes,
    read_text,
    write_bytes,
    write_text,
)

logger = logging.getLogger("cadenza")

PRETRAINED = "pretrained"
GLOVE = "glove"
LABEL = "network.json"  # beside a kept network's bundle: its app and title
_ID = re.compile(r"[0-9a-f]{16}")


class Network:
    """A network that a view can choose.

    Args:
        id: "pretrained", "glove", or a number that the studio drew.
        title: What the page shows.
        load: Loads it.
        folder: Where one that was trained here is kept; None: it is not, and ends with the studio.
    """

    def __init__(self, id: str, title: str, load: Callable[[], Any], folder: Path | None = None) -> None:
        self.id, self.title, self._load, self.folder = id, title, load, folder
        self._loaded = threading.local()

    def describe(self) -> dict[str, Any]:
        """What the page is told: {"id", "title", "own", "kept"}; its own are those that were trained here."""
        own = self.id not in (PRETRAINED, GLOVE)
        return {"id": self.id, "title": self.title, "own": own, "kept": self.folder is not None}

    @property
    def model(self) -> Any:
        """What the app's `load` returns, loaded once in each thread, which takes a moment: use it in a job.

        A NumPy engine belongs to one thread, for its layers keep scratch memory.
        """
        if not hasattr(self._loaded, "model"):
            self._loaded.model = self._load()
        return self._loaded.model


class Networks:
    """The networks of a running studio by app.

    Args:
        folder: Where trained ones are kept; it is made for the first one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self._lock = folder, threading.Lock()
        self._networks = {
            name: {PRETRAINED: Network(PRETRAINED, "Bundled", app.load)} for name, app in APPS.items()
        }
        located = glove.locate()
        for name, app in APPS.items():
            if located is not None and app.reads_vectors:
                load = partial(app.load, vectors=partial(glove.load, located))
                self._networks[name][GLOVE] = Network(GLOVE, "GloVe vectors", load)
        self._find_kept()

    def titles(self) -> dict[str, list[dict[str, Any]]]:
        """Returns every app's networks as `Network.describe` does, the pretrained one first."""
        return {
            app: [network.describe() for network in list(networks.values())]
            for app, networks in self._networks.items()
        }

    def warm_up(self) -> None:
        """Loads the pretrained networks: the first use imports modules, which takes a moment."""
        for networks in self._networks.values():
            _ = networks[PRETRAINED].model

    def get(self, app: str, id: str = PRETRAINED) -> Network:
        """Returns a network.

        Raises:
            RequestError: There is none, or no longer (404).
        """
        network = self._networks.get(app, {}).get(id)
        if network is None:
            raise RequestError("there is no such network; choose another", 404)
        return network

    def add(self, app: str, title: str, folder: Path) -> Network:
        """Adds a network that was trained, and keeps a copy of it; where that fails, it ends with the studio.

        Args:
            app: A name in `models.apps`.
            title: What the page shows; a number is added if there is one of this title.
            folder: The bundle's folder.
        """
        id = secrets.token_hex(8)
        with self._lock:
            network = self._new(app, id, self._free_title(app, title), folder)
            try:
                kept = self._keep(app, network, folder)
            except UserError as error:
                logger.warning("a network is not kept: %s", error)
            else:
                network = self._new(app, id, network.title, kept, kept)
            self._networks[app][id] = network
        return network

    def rename(self, app: str, id: str, title: str) -> Network:
        """Gives a network that was trained here another title.

        Raises:
            RequestError: There is no such network (404), it is a bundled one (403), or the title is
                another's (409).
            UserError: The title cannot be written.
        """
        network = self._own(app, id)
        with self._lock:
            if any(other.title == title and other is not network for other in self._networks[app].values()):
                raise RequestError(f"title: expected another, for there is a network called {title!r}", 409)
            if network.folder is not None:
                _write_label(network.folder, app, title)
            network.title = title
        return network

    def delete(self, app: str, id: str) -> None:
        """Deletes a network that was trained here.

        Raises:
            RequestError: There is no such network (404), or it is a bundled one (403).
        """
        network = self._own(app, id)
        with self._lock:
            self._networks[app].pop(id, None)
            if network.folder is not None:
                shutil.rmtree(network.folder, ignore_errors=True)

    def _own(self, app: str, id: str) -> Network:
        network = self.get(app, id)
        if not network.describe()["own"]:
            raise RequestError("a bundled network has its title, and stays", 403)
        return network

    def _new(self, app: str, id: str, title: str, folder: Path, kept: Path | None = None) -> Network:
        return Network(id, title, partial(APPS[app].load, folder), kept)

    def _free_title(self, app: str, title: str) -> str:
        """The title, or with the first number that makes it differ from all others."""
        taken = {network.title for network in self._networks[app].values()}
        number, free = 1, title
        while free in taken:
            number += 1
            free = f"{title} ({number})"
        return free

    def _keep(self, app: str, network: Network, bundle: Path) -> Path:
        """Copies a bundle; its label comes last, so that a copy that was cut off is none.

        Raises:
            UserError: It cannot be written.
        """
        folder = make_folder(self.folder / network.id)
        try:
            for path in entries(bundle):
                if is_file(path):
                    write_bytes(folder / path.name, read_bytes(path))
            _write_label(folder, app, network.title)
        except UserError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder

    def _find_kept(self) -> None:
        """Lists what earlier runs kept, the oldest first; warns of what is no network."""
        found = []
        for folder in entries(self.folder) if is_folder(self.folder) else ():
            if not (_ID.fullmatch(folder.name) and is_file(folder / LABEL)):
                continue
            try:
                label = json.loads(read_text(folder / LABEL, limit=1 << 16))
                app, title = str(label["app"]), str(label["title"])
                if app not in APPS or not is_file(folder / bundles.CONFIG):
                    raise ValueError(f"no network of {app}")
                found.append((folder.stat().st_mtime, app, title, folder))
            except (UserError, OSError, ValueError, KeyError, TypeError) as error:
                logger.warning("%s is no network that the studio kept: %s", folder, error)
        for _, app, title, folder in sorted(found):
            title = self._free_title(app, title)
            self._networks[app][folder.name] = self._new(app, folder.name, title, folder, folder)


def _write_label(folder: Path, app: str, title: str) -> None:
    write_text(folder / LABEL, json.dumps({"app": app, "title": title}, ensure_ascii=False) + "\n")
