"""Poems that do not depend on one another: to the last bit of the probabilities they are drawn from."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.shakespeare.independent import IndependentPoems, PoemRequest
from models.shakespeare.options import PoemOptions
from models.shakespeare.poems import PoemModel
from models.shakespeare.predictors import LONGEST
from models.shakespeare.weights import STATES
from tests.models.shakespeare.poems import OTHERS, network
from utils import bundle as bundles
from utils import sampling
from utils.vocabulary import Vocabulary

PROMPTS = ("", "love is ", "O Time", "na\u00efve \u2014 or not?\n", "\u2603")
REQUESTS = [
    PoemRequest(
        number * 37 % 1000,
        PROMPTS[number % 5],
        (1, number),
        PoemOptions(
            length=1 + number % 4,
            temperature=(1.0, 0.5, 2.0)[number % 3],
            top_k=(None, 1, 20)[number % 3],
            top_p=(None, 0.9)[number % 2],
        ),
    )
    for number in range(100)
]


@pytest.fixture(params=[*STATES, "gru", "rnn"])
def poems(request: pytest.FixtureRequest, tmp_path: Path) -> IndependentPoems:
    course = request.param in STATES
    sizes = {"state": request.param, "scale": 1.5} if course else {"scale": 0.3, **OTHERS[request.param]}
    bundles.save(network(units=40, **sizes), tmp_path)
    return IndependentPoems(tmp_path)


def probabilities(
    poems: IndependentPoems, requests: list[PoemRequest], monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[int, str], set[bytes]]:
    """The poems by their ids, and every distribution, bit for bit, that a character was drawn from."""
    seen: set[bytes] = set()
    draw = sampling.draw

    def watched(p: Any, uniform: Any) -> Any:
        # A place without a request draws with zeros, and so do the places of poems that have ended.
        seen.update(p[place].tobytes() for place in np.flatnonzero(uniform))
        return draw(p, uniform)

    monkeypatch.setattr(sampling, "draw", watched)
    written = poems.complete(requests)
    monkeypatch.undo()
    return dict(zip([request.id for request in requests], written, strict=True)), seen


def test_company_changes_no_bit(poems: IndependentPoems, monkeypatch: pytest.MonkeyPatch) -> None:
    same_length = [request._replace(options=replace(request.options, length=3)) for request in REQUESTS]
    everything, bits = probabilities(poems, same_length, monkeypatch)
    some, some_bits = probabilities(poems, same_length[::-7], monkeypatch)
    assert some == {number: everything[number] for number in some}
    assert len(some_bits) > 20 and some_bits <= bits


def test_each_request_has_its_own_length_and_options(poems: IndependentPoems) -> None:
    found = poems.complete(REQUESTS)
    for request, poem in zip(REQUESTS, found, strict=True):
        assert poem.startswith(request.prompt) and len(poem) == len(request.prompt) + request.options.length
    for number in (0, 13, 50):
        assert poems.complete([REQUESTS[number]]) == [found[number]]


@pytest.mark.parametrize("kind", [*STATES, *OTHERS])
def test_the_likeliest_characters_are_those_of_the_other_interface(kind: str, tmp_path: Path) -> None:
    sizes = OTHERS.get(kind, {"state": kind})
    bundle = network(units=40, scale=0.3, **sizes)  # with larger weights rounding grows along the prompt
    bundles.save(bundle, tmp_path)
    prompts = [*PROMPTS, "thou " * 90]
    options = PoemOptions(length=12, top_k=1)
    requests = [PoemRequest(i, prompt, i, options) for i, prompt in enumerate(prompts)]
    found = IndependentPoems(tmp_path).complete(requests)
    assert found == PoemModel(bundle).complete_all(prompts, length=12, top_k=1)


def test_rows_of_a_network_of_records_are_whole_records(tmp_path: Path) -> None:
    bundle = network(vocabulary=Vocabulary("\nab\ufffd"), lines=True, scale=0)  # every symbol as likely
    bundles.save(bundle, tmp_path)
    records = IndependentPoems(tmp_path)
    requests = [PoemRequest(number, "ab", number, PoemOptions(length=3)) for number in range(100)]
    found = records.complete(requests)
    assert all(2 <= len(record) <= 26 and {*record} <= {*"ab"} for record in found)
    assert max(map(len, found)) > 5  # a length is a poem's
    assert found[7:9] == records.complete(requests[7:9])


def test_a_seed_decides_the_poem_and_a_long_prompt_is_read_from_its_end(poems: IndependentPoems) -> None:
    long = "a" * LONGEST
    short = PoemOptions(length=8)
    requests = [PoemRequest(i, text, seed, short) for i, text, seed in ((0, long, 1), (64, "x " + long, 1))]
    first, second = poems.complete(requests)
    assert first[-8:] == second[-8:]
    assert poems.complete([requests[0]._replace(seed=2)])[0] != first
