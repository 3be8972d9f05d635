"""Completes poems: the Python API of the poem network.

Letters: b poems, n symbols.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.engine.engine import Engine
from models.shakespeare import evaluation, weights
from models.shakespeare.options import ChoiceOptions, WriteOptions
from models.shakespeare.predictors import (
    CarriedModel,
    Floats,
    Ints,
    LineCounter,
    NextSymbolModel,
    WindowModel,
    uniforms,
)
from models.shakespeare.weights import STATES, Writing
from utils import sampling
from utils.bundle import Bundle
from utils.options import changed

logger = logging.getLogger("cadenza")

Seed = int | np.random.Generator | None


class Step(NamedTuple):
    """One more character of several poems.

    Args:
        symbols: The character of each poem; empty for a poem that has ended.
        probabilities: The network's, shape (b, n).
        chances: What they were drawn from, shape (b, n): the probabilities after temperature, top-k and
            top-p.
    """

    symbols: tuple[str, ...]
    probabilities: Floats
    chances: Floats

    def likeliest(self, count: int, poem: int = 0) -> list[tuple[int, float]]:
        """Returns the indices of a poem's likeliest characters and their chances, the likeliest first.

        Args:
            count: The most characters; those that could not be drawn are left out.
            poem: The place of the poem.
        """
        chances = self.chances[poem]
        best = np.argsort(-chances, kind="stable")[:count]
        return [(int(index), float(chances[index])) for index in best if chances[index] > 0]


def load(path: str | Path | None = None, *, state: str | None = None) -> "PoemModel":
    """Loads a network that completes poems.

    Args:
        path: A bundle's folder, or the course's .h5 file; "large": the larger pretrained network; None: the
            pretrained network of the course's size.
        state: "carried" from character to character, or "window", run again for every character as in the
            course; None: what the bundle says.

    Raises:
        UserError: There is no such network, or it is damaged.
        ValueError: The state is another.

    Example:
        >>> poem = load().complete("love is ", length=60, temperature=0.7, seed=1)
        >>> poem.startswith("love is "), len(poem)
        (True, 68)
    """
    return PoemModel(weights.load(path), state=state)


class PoemModel:
    """A network that completes poems.

    Prompts may be any text; `models.shakespeare.weights.read_text` says what the network reads of it. A
    trailing space matters. A network of records (`Writing.lines`) writes each to the end of its line.

    Args:
        bundle: The network, from `models.shakespeare.weights.load`.
        state: "carried" from character to character, or "window": it is run again for each; None: as the
            bundle says.

    Raises:
        ValueError: The state is none of those of `load`.
    """

    def __init__(self, bundle: Bundle, *, state: str | None = None) -> None:
        self.bundle, self.vocabulary = bundle, bundle.vocabulary
        self.state = bundle.architecture["state"] if state is None else state
        if self.state not in STATES:
            raise ValueError(f"state: expected one of {', '.join(STATES)}, got {self.state!r}")
        self.writing = Writing.of(bundle)
        engine, window = Engine.from_bundle(weights.drawable(bundle)), bundle.architecture["window"]
        self._model: NextSymbolModel = (
            CarriedModel(engine) if self.state == "carried" else WindowModel(engine, window)
        )

    def complete(
        self,
        prompt: str = "",
        options: WriteOptions | None = None,
        *,
        seed: Seed = None,
        **fields: Any,
    ) -> str:
        """Completes a poem.

        Args:
            prompt: The beginning; empty: the network begins by itself.
            options: How; None: the defaults.
            seed: A seed, which gives the same poem every time, or a generator; None: a new poem.
            **fields: Fields of `WriteOptions`, in place of those in `options`.

        Returns:
            The prompt as it was given, and what follows it.

        Raises:
            ValueError: An option is out of range.

        Example:
            >>> model = load()
            >>> poem = model.complete("Shall I ", length=30, seed=7)
            >>> poem.lower() == model.complete("shall i ", length=30, seed=7)
            True
        """
        return prompt + "".join(self.stream(prompt, options, seed=seed, **fields))

    def stream(
        self, prompt: str = "", options: WriteOptions | None = None, *, seed: Seed = None, **fields: Any
    ) -> Iterator[str]:
        """Completes a poem and yields the characters that follow the prompt, one by one; see `complete`.

        Example:
            >>> model = load()
            >>> "o " + "".join(model.stream("o ", length=9, seed=1)) == model.complete("o ", length=9, seed=1)
            True
        """
        return (step.symbols[0] for step in self.steps([prompt], options, seed=seed, **fields))

    def complete_all(
        self,
        prompts: Sequence[str],
        options: WriteOptions | None = None,
        *,
        seed: Seed = None,
        **fields: Any,
    ) -> list[str]:
        """Completes several poems side by side, which is much faster than one by one; see `complete`.

        A poem depends on the seed, its prompt and its place in the list alone; the first one is what
        `complete` writes.

        Example:
            >>> [len(poem) for poem in load().complete_all(["o ", "love "], length=20, seed=1)]
            [22, 25]
        """
        poems = [[prompt] for prompt in prompts]
        for step in self.steps(prompts, options, seed=seed, **fields):
            for poem, symbol in zip(poems, step.symbols, strict=True):
                poem.append(symbol)
        return ["".join(poem) for poem in poems]

    def steps(
        self,
        prompts: Sequence[str],
        options: WriteOptions | None = None,
        *,
        seed: Seed = None,
        **fields: Any,
    ) -> Iterator[Step]:
        """Completes several poems and yields a character of each at a time; see `complete_all`."""
        options = changed(options, WriteOptions, fields)
        if self.writing.lines:
            length = self.writing.length(options.length)
            options = replace(options, lines=options.lines or 1, length=length)
        if not prompts:
            raise ValueError("prompts: expected 1 or more, got 0")
        encoded = {prompt: self._encode(prompt) for prompt in dict.fromkeys(prompts)}
        p, state = self._model.begin([encoded[prompt] for prompt in prompts])
        counters = [LineCounter(prompt, options.lines) for prompt in prompts]
        numbers = islice(_uniforms(seed, len(prompts)), options.length)
        return self._steps(p, state, counters, options, numbers)

    def evaluate(self, text: str) -> dict[str, float]:
        """Measures how well the network predicts a text; see `models.shakespeare.evaluation.evaluate`.

        Args:
            text: The text, which is read as a prompt is.

        Example:
            >>> sorted(load().evaluate("so long lives this, and this gives life to thee. " * 2))[:2]
            ['carried_accuracy', 'carried_nats']
        """
        read = weights.read_text(text, self.vocabulary).text
        return evaluation.evaluate(self.bundle, np.array(self.vocabulary.encode(read), dtype=np.int32))

    def _encode(self, prompt: str) -> list[int]:
        indices, read = weights.read_prompt(prompt, self.bundle)
        if read.dropped:
            logger.info(str(read.notice()))
        elif not read.text:
            logger.info("the beginning is empty: the network begins by itself")
        return indices

    def _steps(
        self,
        p: Floats,
        state: object,
        counters: list[LineCounter],
        options: ChoiceOptions,
        numbers: Iterator[Floats],
    ) -> Iterator[Step]:
        chosen: Ints | None = None
        for uniform in numbers:
            if chosen is not None:
                p, state = self._model.step(chosen, state)
            chances = _chances(p, options)
            chosen = sampling.draw(chances, uniform)
            symbols = self.vocabulary.decode(chosen.tolist())
            kept = ["" if c.ends(symbol) else symbol for c, symbol in zip(counters, symbols, strict=True)]
            if all(counter.done for counter in counters):
                return
            yield Step(tuple(kept), p, chances)


def _chances(p: Floats, options: ChoiceOptions) -> Floats:
    """What a character is drawn from, (b, n), where the network predicts p (b, n); see `utils.sampling`."""
    if options.temperature != 1:
        p = sampling.temper(p, options.temperature)
    if options.top_k is not None:
        p = sampling.keep_top_k(p, options.top_k)
    if options.top_p is not None:
        p = sampling.keep_top_p(p, options.top_p)
    return p


def _uniforms(seed: Seed, poems: int) -> Iterator[Floats]:
    """Numbers (b,) in [0, 1) for each step; a poem's do not depend on how many poems there are."""
    if seed is None or isinstance(seed, np.random.Generator):
        seed = int((seed or np.random.default_rng()).integers(1 << 32))
    return uniforms({poem: (seed, poem) for poem in range(poems)}, poems)
