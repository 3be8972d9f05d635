"""Which network answers: the bundle, its vectors and its labels, and what a person is told about them."""

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data import catalogue, emoji
from data.glove import vectors as glove
from data.glove.vectors import Vectors
from models.emojify.classifier import Classifier, is_learnt
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError

logger = logging.getLogger("cadenza")

APP = "emojify"
_PRETRAINED = Path(__file__).parents[2] / "pretrained"
LEARNT = _PRETRAINED / "emojify"
WITH_VECTORS = _PRETRAINED / "emojify_glove"


@dataclass(frozen=True)
class Network:
    """A classifier and the emoji that its labels stand for."""

    classifier: Classifier
    labels: tuple[str, ...]
    folder: Path


def open_network(options: argparse.Namespace) -> Network:
    """Loads the network that the options name, or the best pretrained one for the vectors at hand.

    Raises:
        UserError: The bundle or the vectors cannot be read, or do not fit one another.
    """
    path = glove.locate(options.glove, options.data_dir)
    folder = options.bundle or (LEARNT if path is None else WITH_VECTORS)
    bundle = bundles.load(folder, APP)
    labels = _labels(bundle, folder)
    vectors = None
    if is_learnt(bundle):
        _say_what_is_used(options, len(bundle.vocabulary), folder)
    else:
        vectors = _load_vectors(path, bundle, folder, options)
    return Network(Classifier(bundle, folder, vectors, options.engine), labels, folder)


def vectors_facts(vectors: Vectors) -> dict[str, Any]:
    """What a bundle says of the vectors that it was trained with."""
    return {
        "file": vectors.path.name,
        "dimension": vectors.dimension,
        "sha256": vectors.sha256,
        "words": len(vectors),
    }


def network_of(bundle: Bundle, folder: Path, vectors: Vectors | None) -> Network:
    """The network of a bundle that was just trained."""
    return Network(Classifier(bundle, folder, vectors), _labels(bundle, folder), folder)


def _say_what_is_used(options: argparse.Namespace, words: int, folder: Path) -> None:
    if options.glove is not None:
        raise UserError(f"--glove: the bundle {folder} has vectors of its own; give it without --glove")
    if options.bundle is not None:
        return
    size = catalogue.readable(catalogue.entry(glove.NAME).bytes)
    logger.info(
        f"no GloVe vectors here: the network knows the {words} words of the bundled sentences; for 400,000 "
        f"words: python -m data fetch {glove.NAME} ({size}), or --glove FILE"
    )


def _load_vectors(path: Path | None, bundle: Bundle, folder: Path, options: argparse.Namespace) -> Vectors:
    """The vectors, of the dimension that the bundle names; another file than it was trained with is said."""
    facts = bundle.extra.get("vectors")
    facts = facts if isinstance(facts, dict) else {}
    if path is None:
        raise UserError(
            f"the bundle {folder} needs GloVe vectors ({facts.get('file')}): give --glove FILE, or "
            f"get them with: python -m data fetch {glove.NAME}"
        )
    vectors = glove.load(path)
    wanted = bundle.architecture.get("n_x")
    if vectors.dimension != wanted:
        raise UserError(
            f"{path} has vectors of {vectors.dimension} numbers; the bundle {folder} wants {wanted}"
        )
    if vectors.sha256 != facts.get("sha256"):
        logger.info(
            f"{path.name} is not the file that the network was trained with ({facts.get('file')}); "
            "its answers may differ a little"
        )
    return vectors


def _labels(bundle: Bundle, folder: Path) -> tuple[str, ...]:
    labels = bundle.extra.get("labels")
    emoji.check_labels(labels, f"the bundle {folder}")
    if not isinstance(labels, list) or len(labels) != bundle.architecture.get("n_y"):
        raise UserError(f"the bundle {folder} does not name an emoji for every label")
    return tuple(labels)
