"""The verb `complete`: reads a beginning, and prints the poem."""

import logging
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from apps.shakespeare import pictures
from apps.shakespeare.pictures import Candidates
from models import shakespeare
from models.shakespeare.options import CompleteOptions, NetworkOptions, WriteOptions
from models.shakespeare.poems import PoemModel, Step
from models.shakespeare.terminal import PROMPT, print_poem, printable
from utils.errors import UserError
from utils.options import typed
from utils.progress import progress

logger = logging.getLogger("cadenza")

LARGEST = 1 << 20  # bytes read from standard input
CANDIDATES = 5  # likeliest characters in the picture
DRAWN = 600  # characters that the picture shows at most


def complete(
    network: NetworkOptions,
    options: CompleteOptions,
    *,
    prompt: str | None,
    seed: int,
    picture: Path | None = None,
) -> None:
    """Prints poems, one as it is written, several when all are.

    Args:
        network: Which network.
        options: How the poems are written.
        prompt: The beginning; None: it is asked for, or read from standard input.
        seed: Of the poems.
        picture: A PNG file for the probabilities along the (first) poem; None: it is not drawn.

    Raises:
        UserError: The network cannot be read, or standard input is no text.
    """
    model = shakespeare.load(network.bundle, state=network.state)
    prompt = read_prompt() if prompt is None else prompt
    try:
        if options.count == 1:
            print_poem(prompt, model.stream(prompt, options, seed=seed))
        else:
            _print_all(model, prompt, options, seed)
    finally:
        if picture:
            draw(picture, model, prompt, options, seed)


def read_prompt() -> str:
    """The beginning that is typed at the question, or standard input.

    Raises:
        UserError: Standard input is too long or not UTF-8.
    """
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        try:
            return typed(input(PROMPT))
        except EOFError:
            print()
            return ""
    content = sys.stdin.buffer.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UserError(f"standard input has more than {LARGEST} bytes: expected a poem's beginning")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UserError(f"standard input is not UTF-8 text: byte {error.start} cannot be read") from None
    return text.removesuffix("\n")  # the one that echo adds


def draw(picture: Path, model: PoemModel, prompt: str, options: WriteOptions, seed: int) -> None:
    """Draws the probabilities along the poem that these options write.

    Raises:
        UserError: The picture cannot be written.
    """
    steps = islice(model.steps([prompt], options, seed=seed), DRAWN)
    shown = [_candidates(model, step) for step in steps]
    if not shown:
        logger.info("nothing follows the beginning: there are no probabilities to draw")
        return
    pictures.strip(picture, shown)
    logger.info(f"the probabilities along the poem: {picture}")


def _candidates(model: PoemModel, step: Step) -> Candidates:
    p = step.probabilities[0]
    best = np.argsort(-p, kind="stable")[:CANDIDATES]
    likeliest = tuple((model.vocabulary.symbols[index], float(p[index])) for index in best)
    return Candidates(step.symbols[0], likeliest)


def _print_all(model: PoemModel, prompt: str, options: CompleteOptions, seed: int) -> None:
    """Writes several poems side by side and prints them one after another, also when it is stopped."""
    steps: Iterator[Step] = model.steps([prompt] * options.count, options, seed=seed)
    poems = [[prompt] for _ in range(options.count)]
    try:
        with progress("writing", model.writing.length(options.length)) as advance:
            for done, step in enumerate(steps, 1):
                for poem, symbol in zip(poems, step.symbols, strict=True):
                    poem.append(symbol)
                advance(done)
    finally:
        between = "\n" if model.writing.lines else "\n\n* * *\n\n"
        print(between.join(printable("".join(poem)).rstrip("\n") for poem in poems), flush=True)
