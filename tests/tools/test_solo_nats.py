"""Two networks compared on the same solo: nats that are known because every probability is."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from data.solos.lines import line
from data.solos.reading import BUNDLED, read_solo
from models.jazz.weights import factored_shapes
from models.shapes import Shapes, stacked_shapes
from music.grammar import REST, parse_token
from music.lines import Factors, Step, read_line
from music.score import Note
from tools.solo_nats import Nats, compare, require_same, step_nats, token_nats
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

N_A = 2
FACTORS = Factors((6, 12), (12,))


def bundle(vocabulary: Vocabulary, shapes: Shapes, chances: Mapping[str, Sequence[float]]) -> Bundle:
    """A network whose hidden state is zero: a layer's softmax has the given probabilities, or is even."""
    arrays = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    for name, p in chances.items():
        arrays[f"{name}/bias"][:] = np.log(p)
    return Bundle("jazz", {"n_a": N_A, "n_values": len(vocabulary)}, vocabulary, arrays)


def of_tokens(vocabulary: Vocabulary, **chances: Sequence[float]) -> Bundle:
    n = len(vocabulary)
    return bundle(vocabulary, stacked_shapes("lstm", n, [N_A], n), chances)


def of_factors(factors: Factors, **chances: Sequence[float]) -> Bundle:
    return bundle(factors.vocabulary, factored_shapes(factors, N_A), chances)


def test_every_token_costs_minus_ln_of_its_probability() -> None:
    vocabulary = Vocabulary(["C,0.500", "S,0.500,<P4,m2>"])
    found = token_nats(of_tokens(vocabulary, dense=(0.75, 0.25)), ["C,0.500", "S,0.500,<P4,m2>"])
    assert found == pytest.approx([math.log(4 / 3), math.log(4)], abs=1e-5)


def test_every_step_costs_its_length_its_kind_and_its_move() -> None:
    steps = read_line([Note(0, 0.5, 60), Note(0.5, 0.5, 62), Note(2, 1, 60)], "CSC", [0.0])
    moves = np.full(25, 0.5 / 24)
    moves[12 + 2] = 0.5
    network = of_factors(FACTORS, length=(0.5, 0.25, 0.25), kind=(0.5, 0.25, 0.125, 0.125), move=moves)
    one, two, four, rare = (math.log(1 / p) for p in (0.5, 0.25, 0.25, 0.5 / 24))
    expected = [(one, one, 0), (one, two, one), (four, 0, 0), (two, one, rare)]  # the third is a rest
    np.testing.assert_allclose(step_nats(network, steps), expected, atol=1e-5)


def test_both_networks_are_measured_by_the_tokens_of_one_piece() -> None:
    solo = read_solo(BUNDLED)
    vocabulary, steps = Vocabulary.of(solo.flat_tokens), line(solo)
    factors = Factors.of([steps])
    notes, rests = len(solo.flat_tokens), sum(step.token.kind == REST for step in steps)
    unsaid = sum(parse_token(text).window is None for text in solo.flat_tokens) - 1
    assert rests > 0 < unsaid
    lengths, kind, move = (math.log(n) for n in (factors.n_lengths, 4, 25))
    all_steps = (notes - 1 + rests) * lengths + (notes - 1) * (kind + move)
    expected = Nats(
        math.log(len(vocabulary)), all_steps / (notes - 1), (all_steps - unsaid * move) / (notes - 1)
    )
    assert compare(of_tokens(vocabulary), of_factors(factors), solo) == pytest.approx(expected, abs=1e-4)


STEPS = read_line([Note(0, 0.5, 60), Note(0.5, 0.5, 62)], "CS", [0.0])


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (["C,0.500"], "expected a step for each of 1 tokens, got 2"),
        (
            ["C,0.500", "C,0.500,<P4,m-2>"],
            "token 2, C,0.500,<P4,m-2>, does not follow from its step, S,0.500",
        ),
        (["C,0.500", "S,0.250,<P4,m-2>"], "token 2, S,0.250"),
        (["C,0.500", "S,0.500,<M3,m-3>"], "token 2, S,0.500,<M3,m-3>"),
    ],
)
def test_tokens_that_steps_do_not_say_are_refused(tokens: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        require_same(tokens, STEPS)


def test_tokens_that_steps_say_are_the_same(steps: Sequence[Step] = STEPS) -> None:
    require_same(["C,0.500", "S,0.500,<P4,m-2>"], steps)
    require_same(["C,0.500", "S,0.500"], steps)  # the first of a measure has no window
