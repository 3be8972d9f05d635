"""Completes many poems side by side, each independent of the others to the last character.

`PoemModel.complete_all` computes as many poems as there are in one batch, which changes the last bits of the
probabilities with the batch, and thereby now and then a character. Here a poem depends on its request alone.

Letters: b poems, n symbols.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.engine import lanes
from models.engine.engine import Engine, State
from models.engine.layers import NO_SYMBOL
from models.shakespeare import weights
from models.shakespeare.options import PoemOptions
from models.shakespeare.predictors import (
    LONGEST,
    Floats,
    Ints,
    LineCounter,
    NextSymbolModel,
    WindowModel,
    uniforms,
)
from models.shakespeare.weights import Writing
from utils import sampling


class PoemRequest(NamedTuple):
    """What a poem is written from.

    Args:
        id: A whole number; it sets the poem's place in a batch (`models.engine.lanes`), not what is drawn.
        prompt: The beginning, any text.
        seed: What `numpy.random.default_rng` takes.
        options: How it is written.
    """

    id: int
    prompt: str
    seed: int | Sequence[int]
    options: PoemOptions = PoemOptions()


class IndependentPoems:
    """Completes poems that do not depend on one another; see `PoemRequest`.

    Args:
        path: A bundle's folder, or the course's .h5 file; None: the pretrained network.

    Raises:
        UserError: There is no such network, or it is damaged.

    Example:
        >>> poems = IndependentPoems()
        >>> short, long = PoemOptions(length=20), PoemOptions(length=30)
        >>> first, second = PoemRequest(1, "love ", 7, short), PoemRequest(2, "o ", 8, long)
        >>> poems.complete([second, first])[1] == poems.complete([first])[0]
        True
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.bundle = bundle = weights.load(path)
        self.vocabulary, self.writing = bundle.vocabulary, Writing.of(bundle)
        engine = Engine.from_bundle(weights.drawable(bundle))
        self._model: NextSymbolModel = (
            _SteppedModel(engine)
            if bundle.architecture["state"] == "carried"
            else WindowModel(engine, bundle.architecture["window"])
        )

    def complete(self, requests: Sequence[PoemRequest]) -> list[str]:
        """Completes poems: the prompts as they were given, and what follows them.

        A network of records (`Writing.lines`) writes each to the end of its line.
        """
        prompts = [weights.read_prompt(request.prompt, self.bundle)[0][-LONGEST:] for request in requests]
        sizes = [
            len(prompt) + self.writing.length(request.options.length)
            for prompt, request in zip(prompts, requests, strict=True)
        ]
        poems = [""] * len(requests)
        for batch in lanes.batches([request.id for request in requests], sizes):
            rows = {place: row for place, row in enumerate(batch) if row is not None}
            read = [prompts[rows[place]] if place in rows else [0] for place in range(len(batch))]
            written = self._write(read, {place: requests[row] for place, row in rows.items()})
            for place, row in rows.items():
                poems[row] = requests[row].prompt + written[place]
        return poems

    def _write(self, prompts: list[list[int]], requests: dict[int, PoemRequest]) -> dict[int, str]:
        """What follows the prompts (b,), at the places that have a request."""
        lengths = {place: self.writing.length(request.options.length) for place, request in requests.items()}
        ends = {place: LineCounter(r.prompt, 1) for place, r in requests.items() if self.writing.lines}
        choice, symbols = _Choice(requests, len(prompts)), self.vocabulary.symbols
        numbers = uniforms({place: request.seed for place, request in requests.items()}, len(prompts))
        chosen = np.empty((max(lengths.values()), len(prompts)), np.int32)
        p, state = self._model.begin(prompts)
        for step, row in enumerate(chosen):
            if step:
                p, state = self._model.step(chosen[step - 1], state)
            row[:] = choice.choose(p, next(numbers))
            for place in [place for place, end in ends.items() if end.ends(symbols[row[place]])]:
                lengths[place] = min(lengths[place], step)
                del ends[place]
            if self.writing.lines and not ends:
                break
        return {
            place: "".join(self.vocabulary.decode(chosen[:length, place].tolist()))
            for place, length in lengths.items()
        }


class _SteppedModel:
    """The NumPy engine with its state carried, prompts too read a character at a time; see `NextSymbolModel`.

    `CarriedModel` reads prompts of one length together, so that the batch depends on the other prompts.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin(self, prompts: Sequence[Sequence[int]]) -> tuple[Floats, State]:
        """Reads prompts that end together; a shorter one waits in the zero state."""
        lengths = np.array([len(prompt) for prompt in prompts])
        columns = np.full((lengths.max(), len(prompts)), NO_SYMBOL)
        for place, prompt in enumerate(prompts):
            columns[-len(prompt) :, place] = prompt
        state = self.engine.zero_state(len(prompts))
        for left, column in zip(range(len(columns), 0, -1), columns, strict=True):
            p, state = self.engine.step(column, state)
            for array in (array for layer in state.layers for array in layer):
                array[lengths < left] = 0
        return p, state

    def step(self, chosen: Ints, state: Any) -> tuple[Floats, State]:
        """See `NextSymbolModel`."""
        return self.engine.step(chosen, state)


class _Choice:
    """How each place chooses its character: every place with its own temperature, top_k and top_p."""

    def __init__(self, requests: dict[int, PoemRequest], places: int) -> None:
        options = {place: request.options for place, request in requests.items()}
        self._ways = [
            (np.array(list(values)), np.array(list(values.values())), way)
            for way, values in (
                (sampling.temper, {i: o.temperature for i, o in options.items() if o.temperature != 1}),
                (sampling.keep_top_k, {i: o.top_k for i, o in options.items() if o.top_k is not None}),
                (sampling.keep_top_p, {i: o.top_p for i, o in options.items() if o.top_p is not None}),
            )
            if values
        ]

    def choose(self, p: Floats, uniform: Floats) -> Ints:
        """The indices (b,) that the numbers `uniform` (b,) in [0, 1) choose from p (b, n)."""
        p = p.astype(np.float64)
        for places, values, way in self._ways:
            p[places] = way(p[places], values)
        return sampling.draw(p, uniform)
