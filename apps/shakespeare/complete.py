"""The verb `complete`: reads a beginning, and prints the poem."""

import logging
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Unpack

import numpy as np

from apps.shakespeare import pictures
from apps.shakespeare.pictures import Candidates
from models import shakespeare
from models.shakespeare.poems import LENGTH, Options, PoemModel, Step
from models.shakespeare.terminal import PROMPT, print_poem, printable
from utils.errors import UserError
from utils.options import typed
from utils.progress import progress

logger = logging.getLogger("cadenza")

LARGEST = 1 << 20  # bytes read from standard input
CANDIDATES = 5  # likeliest characters in the picture
DRAWN = 600  # characters that the picture shows at most


def complete(
    prompt: str | None = None,
    *,
    bundle: Path | None = None,
    state: str | None = None,
    engine: str = "numpy",
    count: int = 1,
    picture: Path | None = None,
    **options: Unpack[Options],
) -> None:
    """Prints poems, one as it is written, several when all are.

    Args:
        prompt: The beginning; None: it is asked for, or read from standard input.
        bundle: See `models.shakespeare.load`.
        state: See `models.shakespeare.load`.
        engine: See `models.shakespeare.load`.
        count: How many poems, written side by side.
        picture: A PNG file for the probabilities along the (first) poem; None: it is not drawn.
        options: See `PoemModel.complete`; a seed among them.

    Raises:
        UserError: The network cannot be read, or standard input is no text.
    """
    model = shakespeare.load(bundle, state=state, engine=engine)
    prompt = read_prompt() if prompt is None else prompt
    try:
        if count == 1:
            print_poem(prompt, model.stream(prompt, **options))
        else:
            _print_all(model, prompt, count, **options)
    finally:
        if picture:
            draw(picture, model, prompt, **options)


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


def draw(picture: Path, model: PoemModel, prompt: str, **options: Unpack[Options]) -> None:
    """Draws the probabilities along the poem that these options write.

    Raises:
        UserError: The picture cannot be written.
    """
    steps = islice(model.steps([prompt], **options), DRAWN)
    pictures.strip(picture, [_candidates(model, step) for step in steps])
    logger.info(f"the probabilities along the poem: {picture}")


def _candidates(model: PoemModel, step: Step) -> Candidates:
    p = step.probabilities[0]
    best = np.argsort(-p, kind="stable")[:CANDIDATES]
    likeliest = tuple((model.vocabulary.symbols[index], float(p[index])) for index in best)
    return Candidates(step.symbols[0], likeliest)


def _print_all(model: PoemModel, prompt: str, count: int, **options: Unpack[Options]) -> None:
    """Writes several poems side by side and prints them one after another, also when it is stopped."""
    steps: Iterator[Step] = model.steps([prompt] * count, **options)
    poems = [[printable(prompt)] for _ in range(count)]
    try:
        with progress("writing", options.get("length", LENGTH)) as advance:
            for done, step in enumerate(steps, 1):
                for poem, symbol in zip(poems, step.symbols, strict=True):
                    poem.append(symbol)
                advance(done)
    finally:
        print("\n\n* * *\n\n".join("".join(poem).rstrip("\n") for poem in poems), flush=True)
