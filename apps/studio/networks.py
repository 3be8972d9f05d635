"""The networks that the views can choose: the pretrained ones, and those trained in this run."""

import secrets
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from apps.studio.errors import RequestError
from data.glove import vectors as glove
from models.apps import APPS

PRETRAINED = "pretrained"
GLOVE = "glove"


class Network:
    """A network that a view can choose.

    Args:
        id: "pretrained", "glove", or a number that the studio drew.
        title: What the page shows.
        load: Loads it.
    """

    def __init__(self, id: str, title: str, load: Callable[[], Any]) -> None:
        self.id, self.title, self._load = id, title, load
        self._loaded = threading.local()

    @property
    def model(self) -> Any:
        """What the app's `load` returns, loaded once in each thread, which takes a moment: use it in a job.

        A NumPy engine belongs to one thread, for its layers keep scratch memory.
        """
        if not hasattr(self._loaded, "model"):
            self._loaded.model = self._load()
        return self._loaded.model


class Networks:
    """The networks of a running studio by app."""

    def __init__(self) -> None:
        self._networks = {
            name: {PRETRAINED: Network(PRETRAINED, "Bundled", app.load)} for name, app in APPS.items()
        }
        located = glove.locate()
        for name, app in APPS.items():
            if located is not None and app.reads_vectors:
                load = partial(app.load, vectors=partial(glove.load, located))
                self._networks[name][GLOVE] = Network(GLOVE, "GloVe vectors", load)

    def titles(self) -> dict[str, list[dict[str, str]]]:
        """Returns {"id", "title"} of every app's networks, the pretrained one first."""
        return {
            app: [{"id": network.id, "title": network.title} for network in list(networks.values())]
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
        network = self._networks[app].get(id)
        if network is None:
            raise RequestError("there is no such network; choose another", 404)
        return network

    def add(self, app: str, title: str, folder: Path) -> Network:
        """Adds a network that was trained in this run.

        Args:
            app: A name in `models.apps`.
            title: What the page shows.
            folder: The bundle's folder.
        """
        network = Network(secrets.token_hex(8), title, partial(APPS[app].load, folder))
        self._networks[app][network.id] = network
        return network
