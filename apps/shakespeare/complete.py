"""From a beginning to a poem: reads what a person gave, writes as the network chooses, keeps what is done."""

import argparse
import logging
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from apps.shakespeare import pictures as shakespeare_pictures
from apps.shakespeare.pictures import Candidates
from data import sonnets
from data.sonnets import VOCABULARY
from models.shakespeare import predictors as shakespeare_writing
from models.shakespeare import weights as shakespeare_weights
from models.shakespeare.course import BLANK, PROMPT
from models.shakespeare.predictors import Choice, Floats, Ints, LineCounter, Reader, uniforms, write
from utils import cli
from utils.bundle import Bundle
from utils.errors import UserError
from utils.progress import progress

logger = logging.getLogger("cadenza")

LARGEST = 1 << 20  # bytes read from standard input
CANDIDATES = 5  # likeliest characters kept for the picture
DRAWN = 600  # characters that the picture shows at most


Steps = Iterator[tuple[Ints, Floats]]  # what models.shakespeare.predictors.write yields


def complete(options: argparse.Namespace) -> int:
    """The verb `complete`: no training."""
    network = shakespeare_weights.load(options.weights, VOCABULARY)
    prompt = asked_prompt(options.prompt)
    seed = cli.chosen_seed(options.seed)
    write_poems(make_reader(network, options), prompt, seed, options)
    return 0


def make_reader(network: Bundle, options: argparse.Namespace) -> Reader:
    """What predicts, by the engine and the use of the state that the options or the bundle name."""
    state = options.state or network.architecture["state"]
    if options.engine == "keras":
        from models.shakespeare import networks as shakespeare_keras

        return shakespeare_keras.reader(network, state)
    return shakespeare_writing.reader(network, state, options.weights)


def asked_prompt(given: str | None) -> str:
    """The beginning: what was given, or what is typed at the question, or standard input.

    Raises:
        UserError: Standard input is too long or not UTF-8.
    """
    if given is not None:
        return given
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        try:
            return cli.typed(input(PROMPT))
        except EOFError:
            print()
            return ""
    content = sys.stdin.buffer.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UserError(f"standard input has more than {LARGEST} bytes; a poem's beginning is wanted")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UserError(f"standard input is not UTF-8 text: byte {error.start} cannot be read") from None
    return text.removesuffix("\n")  # the one that echo adds


def write_poems(reader: Reader, prompt: str, seed: int, options: argparse.Namespace) -> None:
    """Writes the poems on standard output, the beginning first; one poem as it is written."""
    folded = sonnets.fold(prompt, "the beginning")
    if folded.notice():
        logger.info(str(folded.notice()))
    elif not folded.text:
        logger.info("the beginning is empty: the network begins by itself")
    count = getattr(options, "count", 1)
    numbers = uniforms(seed, count, options.length)
    choice = Choice(options.temperature, options.top_k, options.top_p)
    steps = write(reader, VOCABULARY.encode(folded.text or BLANK), numbers, choice)
    shown: list[Candidates] = []
    try:
        if count == 1:
            _stream(steps, prompt, options, shown)
        else:
            _together(steps, count, prompt, options, shown)
    finally:
        if options.show and shown:
            _draw(shown, options.out / "poem.png")


def _stream(steps: Steps, prompt: str, options: argparse.Namespace, shown: list[Candidates]) -> None:
    """Writes one poem character by character."""
    counter = LineCounter(prompt)
    _put(_printable(prompt))
    try:
        for chosen, p in steps:
            symbol = VOCABULARY.symbols[int(chosen[0])]
            if options.show and len(shown) < DRAWN:
                shown.append(_candidates(int(chosen[0]), p[0]))
            if counter.add(symbol) == options.lines:
                break
            _put(symbol)
    finally:
        _put("\n")


def _together(
    steps: Steps, count: int, prompt: str, options: argparse.Namespace, shown: list[Candidates]
) -> None:
    """Writes several poems side by side and prints them one after another."""
    poems = [""] * count
    counters = [LineCounter(prompt) for _ in poems]
    done = [False] * count
    try:
        with progress("writing", options.length) as advance:
            for place, (chosen, p) in enumerate(steps):
                if options.show and not done[0] and len(shown) < DRAWN:
                    shown.append(_candidates(int(chosen[0]), p[0]))
                for poem, symbol in enumerate(VOCABULARY.decode(chosen.tolist())):
                    done[poem] = done[poem] or counters[poem].add(symbol) == options.lines
                    poems[poem] += "" if done[poem] else symbol
                if all(done):
                    break
                advance(place + 1)
    finally:
        beginning = _printable(prompt)
        _put("\n\n* * *\n\n".join(beginning + poem.rstrip("\n") for poem in poems) + "\n")


def _candidates(chosen: int, p: np.ndarray) -> Candidates:
    best = np.argsort(-p, kind="stable")[:CANDIDATES]
    likeliest = tuple((VOCABULARY.symbols[index], float(p[index])) for index in best)
    return Candidates(VOCABULARY.symbols[chosen], likeliest)


def _draw(shown: list[Candidates], path: Path) -> None:
    shakespeare_pictures.strip(path, shown)
    logger.info(f"the probabilities along the poem: {path}")


def _printable(prompt: str) -> str:
    """The beginning as it was typed, without what would steer the terminal."""
    return "".join(c for c in prompt if c in "\n\t" or unicodedata.category(c) != "Cc")


def _put(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
