"""Completes poems: the Python API of the poem network.

Letters: b poems, n symbols.
"""

import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypedDict, Unpack

import numpy as np

from models.engine.engine import Engine
from models.shakespeare import evaluation
from models.shakespeare.predictors import CarriedModel, Floats, Ints, NextSymbolModel, WindowModel, uniforms
from models.shakespeare.weights import STATES, load_bundle
from models.shakespeare.windows import BLANK
from utils import sampling
from utils.bundle import Bundle
from utils.folding import fold

logger = logging.getLogger("cadenza")

LENGTH = 400  # characters of a poem
ENGINES = ("numpy", "keras")


class SamplingOptions(TypedDict, total=False):
    """The options of `PoemModel.complete`, which describes them, but the seed."""

    length: int
    lines: int | None
    temperature: float
    top_k: int | None
    top_p: float | None


class Options(SamplingOptions, total=False):
    """The options of `PoemModel.complete`."""

    seed: int | np.random.Generator | None


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


def load(path: str | Path | None = None, *, state: str | None = None, engine: str = "numpy") -> "PoemModel":
    """Loads a network that completes poems.

    Args:
        path: A bundle's folder, or the course's .h5 file; None: the pretrained network.
        state: "carried" from character to character, or "window", run again for every character as in the
            course; None: what the bundle says.
        engine: What computes: "numpy" or "keras".

    Raises:
        UserError: There is no such network, or it is damaged.
        ValueError: The state or the engine is another.

    Example:
        >>> poem = load().complete("love is ", length=60, temperature=0.7, seed=1)
        >>> poem.startswith("love is "), len(poem)
        (True, 68)
    """
    return PoemModel(load_bundle(path), state=state, engine=engine)


class PoemModel:
    """A network that completes poems.

    Prompts may be any text: they are folded into the network's symbols (lower case, no accents). A
    trailing space matters.

    Args:
        bundle: The network, from `models.shakespeare.weights.load_bundle`.
        state: See `load`.
        engine: See `load`.

    Raises:
        ValueError: The state or the engine is none of those of `load`.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        state: str | None = None,
        engine: str = "numpy",
    ) -> None:
        self.bundle, self.vocabulary = bundle, bundle.vocabulary
        self.state = bundle.architecture["state"] if state is None else state
        for name, value, allowed in (("state", self.state, STATES), ("engine", engine, ENGINES)):
            if value not in allowed:
                raise ValueError(f"{name}: expected one of {', '.join(allowed)}, got {value!r}")
        self._model = self._next_symbol_model(engine)

    def complete(
        self,
        prompt: str = "",
        *,
        length: int = LENGTH,
        lines: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | np.random.Generator | None = None,
    ) -> str:
        """Completes a poem.

        Args:
            prompt: The beginning; empty: the network begins by itself.
            length: Characters to write.
            lines: Stops when this many lines with a letter have ended, the prompt's last one among them;
                None: only the length counts.
            temperature: Below 1 tamer, above 1 wilder.
            top_k: Chooses among this many likeliest characters; None: all.
            top_p: Chooses among the likeliest characters that together reach this probability; None: all.
            seed: A seed, which gives the same poem every time, or a generator; None: a new poem.

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
        steps = self.steps(
            [prompt],
            length=length,
            lines=lines,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            seed=seed,
        )
        return prompt + "".join(step.symbols[0] for step in steps)

    def stream(self, prompt: str = "", **options: Unpack[Options]) -> Iterator[str]:
        """Completes a poem and yields the characters that follow the prompt, one by one.

        Args:
            prompt: The beginning.
            options: See `complete`.

        Example:
            >>> model = load()
            >>> "o " + "".join(model.stream("o ", length=9, seed=1)) == model.complete("o ", length=9, seed=1)
            True
        """
        return (step.symbols[0] for step in self.steps([prompt], **options))

    def complete_all(self, prompts: Sequence[str], **options: Unpack[Options]) -> list[str]:
        """Completes several poems side by side, which is much faster than one by one.

        Args:
            prompts: The beginnings, one or more.
            options: See `complete`. A poem depends on the seed, its prompt and its place in the list
                alone; the first one is what `complete` writes.

        Example:
            >>> [len(poem) for poem in load().complete_all(["o ", "love "], length=20, seed=1)]
            [22, 25]
        """
        poems = [[prompt] for prompt in prompts]
        for step in self.steps(prompts, **options):
            for poem, symbol in zip(poems, step.symbols, strict=True):
                poem.append(symbol)
        return ["".join(poem) for poem in poems]

    def steps(
        self,
        prompts: Sequence[str],
        *,
        length: int = LENGTH,
        lines: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | np.random.Generator | None = None,
    ) -> Iterator[Step]:
        """Completes several poems and yields a character of each at a time; see `complete_all`."""
        sizes = {"prompts": len(prompts), "length": length, "lines": 1 if lines is None else lines}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name}: expected 1 or more, got {size}")
        choice = _Choice(temperature, top_k, top_p)
        choice.check()
        encoded = {prompt: self._encode(prompt) for prompt in dict.fromkeys(prompts)}
        p, state = self._model.begin([encoded[prompt] for prompt in prompts])
        counters = [_LineCounter(prompt, lines) for prompt in prompts]
        return self._steps(p, state, counters, choice, islice(_uniforms(seed, len(prompts)), length))

    def evaluate(self, text: str) -> dict[str, float]:
        """Measures how well the network predicts a text; see `models.shakespeare.evaluation.evaluate`.

        Args:
            text: The text, which is folded as a prompt is.

        Example:
            >>> sorted(load().evaluate("so long lives this, and this gives life to thee. " * 2))[:2]
            ['carried_accuracy', 'carried_nats']
        """
        folded = fold(text, self.vocabulary.symbols).text
        return evaluation.evaluate(self.bundle, np.array(self.vocabulary.encode(folded), dtype=np.int32))

    def _next_symbol_model(self, engine: str) -> NextSymbolModel:
        if engine == "keras":
            from models.shakespeare import networks

            return networks.next_symbol_model(self.bundle, self.state)
        numpy_engine = Engine.from_bundle(self.bundle)
        if self.state == "carried":
            return CarriedModel(numpy_engine)
        return WindowModel(numpy_engine, self.bundle.architecture["window"])

    def _encode(self, prompt: str) -> list[int]:
        folded = fold(prompt, self.vocabulary.symbols, "the beginning")
        if folded.dropped:
            logger.info(str(folded.notice()))
        elif not folded.text:
            logger.info("the beginning is empty: the network begins by itself")
        return self.vocabulary.encode(folded.text or BLANK)

    def _steps(
        self,
        p: Floats,
        state: object,
        counters: "list[_LineCounter]",
        choice: "_Choice",
        numbers: Iterator[Floats],
    ) -> Iterator[Step]:
        chosen: Ints | None = None
        for uniform in numbers:
            if chosen is not None:
                p, state = self._model.step(chosen, state)
            chances = choice.chances(p)
            chosen = sampling.draw(chances, uniform)
            symbols = self.vocabulary.decode(chosen.tolist())
            kept = ["" if c.ends(symbol) else symbol for c, symbol in zip(counters, symbols, strict=True)]
            if all(counter.done for counter in counters):
                return
            yield Step(tuple(kept), p, chances)


class _Choice(NamedTuple):
    """The options that change a character's chances; see `utils.sampling`."""

    temperature: float
    top_k: int | None
    top_p: float | None

    def check(self) -> None:
        """Raises ValueError where a setting is out of range."""
        self.chances(np.ones((1, 1)))

    def chances(self, p: Floats) -> Floats:
        """What a character is drawn from, (b, n), where the network predicts p (b, n)."""
        if self.temperature != 1:
            p = sampling.temper(p, self.temperature)
        if self.top_k is not None:
            p = sampling.keep_top_k(p, self.top_k)
        if self.top_p is not None:
            p = sampling.keep_top_p(p, self.top_p)
        return p


class _LineCounter:
    """Counts the lines of a poem as it is written: a line counts when it ends and has a letter."""

    def __init__(self, prompt: str, most: int | None) -> None:
        self._left, self._has_letter = most, bool(prompt.rpartition("\n")[2].strip())
        self.done = False

    def ends(self, symbol: str) -> bool:
        """Whether the poem has ended before or with this symbol."""
        if self._left is not None and not self.done:
            if symbol == "\n":
                self._left -= self._has_letter
                self._has_letter, self.done = False, self._left == 0
            elif symbol != " ":
                self._has_letter = True
        return self.done


def _uniforms(seed: int | np.random.Generator | None, poems: int) -> Iterator[Floats]:
    """Numbers (b,) in [0, 1) for each step; a poem's do not depend on how many poems there are."""
    if seed is None or isinstance(seed, np.random.Generator):
        seed = int((seed or np.random.default_rng()).integers(1 << 32))
    return uniforms({poem: (seed, poem) for poem in range(poems)}, poems)
