"""What can be exported: for each app its bundle, its graph, calls that test it, and its plain network."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from data.glove import vectors as glove
from data.glove.vectors import Vectors
from utils import backend
from utils.errors import UserError

if TYPE_CHECKING:
    from models.export_graph import Graph, Probe


@dataclass(frozen=True)
class Source:
    """A network that was loaded and found whole, and what is made of it.

    Args:
        name: The name that it is served by.
        graph: Builds the graph.
        probes: Calls of the graph with the Keras model's answers.
        network: The plain Keras network, arrays to arrays, and an example of its input.
        notes: What a person should know.
    """

    name: str
    graph: Callable[[], "Graph"]
    probes: Callable[[], "list[Probe]"]
    network: Callable[[], tuple[Any, Any]]
    notes: tuple[str, ...] = ()


def open_source(options: argparse.Namespace) -> Source:
    """The network that the options name.

    Raises:
        UserError: The bundle is missing or broken, or an option does not fit the app.
    """
    if options.app != "emojify":
        for name in ("vocabulary", "glove"):
            if getattr(options, name) is not None:
                raise UserError(f"--{name} is for emojify only; {options.app} has no words' vectors")
    return {"jazz": _jazz, "shakespeare": _shakespeare, "emojify": _emojify}[options.app](options)


def _jazz(options: argparse.Namespace) -> Source:
    from models.jazz import weights

    bundle = weights.read(options.bundle)
    backend.keras()
    from models.jazz import export as export_jazz
    from models.jazz import networks as jazz

    def network() -> tuple[Any, Any]:
        import numpy as np

        model = jazz.sequence_model(None, jazz.layers_from_bundle(bundle))
        n_values = len(bundle.vocabulary)
        return model, np.eye(n_values, dtype=np.float32)[np.arange(14).reshape(2, 7) % n_values]

    return Source("jazz", lambda: export_jazz.build(bundle), lambda: export_jazz.probes(bundle), network)


def _shakespeare(options: argparse.Namespace) -> Source:
    from data import sonnets
    from models.shakespeare import export as export_shakespeare
    from models.shakespeare import weights as shakespeare_weights

    bundle = shakespeare_weights.load_bundle(options.bundle)

    def fold(text: str) -> str:
        return sonnets.fold(text).text

    def network() -> tuple[Any, Any]:
        import numpy as np

        n, window = len(bundle.vocabulary), bundle.architecture["window"]
        indices = np.random.default_rng(0).integers(0, n, (3, window))
        return export_shakespeare.plain_network(bundle), np.eye(n, dtype=np.float32)[indices]

    return Source(
        "shakespeare",
        lambda: export_shakespeare.build(bundle, fold),
        lambda: export_shakespeare.probes(bundle, fold),
        network,
    )


def _emojify(options: argparse.Namespace) -> Source:
    import numpy as np

    from models.emojify import load
    from models.emojify.classifier import Classifier

    located = glove.locate(data_dir=options.data_dir)
    given: Any = None if located is None else partial(glove.load, located)
    if options.glove is not None:
        given = glove.load(options.glove)
    classifier: Classifier = load(options.bundle, vectors=given)
    bundle, folder, labels = classifier.bundle, classifier.folder, classifier.labels
    vectors = classifier.vectors
    if options.vocabulary is not None:
        if classifier.has_embedding:
            raise UserError(f"--vocabulary: the bundle {folder} has {len(vectors)} words of its own")
        vectors = {word: vectors[word] for word in _first_words(vectors, options.vocabulary)}
    backend.keras()
    from models.emojify import export as export_emojify

    table = vectors.table if isinstance(vectors, Vectors) else np.array(list(vectors.values()), np.float32)
    words = export_emojify.WordTable(list(vectors), table)
    own = None if classifier.has_embedding else vectors

    def plain() -> tuple[Any, Any]:
        if classifier.kind == "v1":
            raise UserError(
                f"--format {options.format}: the bundle {folder} is of V1, which is no Keras network"
            )
        return export_emojify.plain_network(bundle, classifier, words)

    return Source(
        "emojify",
        lambda: export_emojify.build(bundle, classifier, labels, words),
        lambda: export_emojify.probes(Classifier(bundle, folder, vectors=own, engine="keras"), labels),
        plain,
        (f"{len(words.words)} words inside, their vectors {words.table.nbytes / 1e6:.1f} MB",),
    )


def _first_words(vectors: Any, count: int) -> list[str]:
    """The words that come first in the vectors' file: in GloVe's files the most frequent."""
    found: dict[str, None] = {}
    with vectors.path.open(encoding="utf-8", errors="surrogateescape") as stream:
        for line in stream:
            word = line.rstrip().rsplit(" ", vectors.dimension)[0]
            if word in vectors:
                found[word] = None
            if len(found) == count:
                break
    return list(found)
