"""Calls that wait are computed together, and each gets the answer that it gets by itself."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.serve import loader, protocol
from apps.serve.loader import Models, Signature
from apps.serve.protocol import RequestError, Spec
from apps.serve.queue import Call, PredictionQueue, compute
from models.batching import Batching

Request = tuple[str, dict[str, Any]]
WAY = {"threads": 1, "waiting": 100, "seconds": 30.0, "batch_rows": 64}


@pytest.fixture(scope="module")
def models(exported: Path) -> Models:
    return loader.load(exported)


def call(models: Models, request: Request) -> Call:
    """The call of a request, a model's name and the body."""
    name, body = request
    content = protocol.parse(json.dumps(body).encode())
    signature = models[name][1].signatures[content.signature_name]
    arrays = protocol.arrays(content, signature.inputs, 64)
    return Call(signature, arrays, lambda outputs: json.dumps(protocol.answer(outputs, content.in_rows)))


def answers(calls: Sequence[Call], **changes: Any) -> list[str | BaseException]:
    """What the calls get that come to a queue at the same time."""

    async def main() -> list[str | BaseException]:
        queue = PredictionQueue(**WAY | changes)
        return await asyncio.gather(*map(queue.run, calls), return_exceptions=True)

    return asyncio.run(main())


seeds = st.integers(0, 2**62)
temperatures = st.sampled_from([0, 0.5, 1.0, -1.0])  # the last is refused
poem = st.fixed_dictionaries(
    {
        "prompt": st.text("lovE\N{HOT BEVERAGE}\n", max_size=5),
        "length": st.integers(0, 20),
        "temperature": temperatures,
        "seed": seeds,
    }
)
solo = st.fixed_dictionaries({"chord_sets": st.integers(0, 3), "temperature": temperatures, "seed": seeds})
window = st.lists(st.integers(-1, 38), min_size=40, max_size=40)
requests: st.SearchStrategy[Request] = st.one_of(
    st.tuples(st.just("shakespeare"), st.lists(poem, min_size=1, max_size=3).map(lambda r: {"instances": r})),
    st.tuples(
        st.just("shakespeare"), poem.map(lambda row: {"inputs": row | {"prompt": [row["prompt"]] * 2}})
    ),
    st.tuples(
        st.just("shakespeare"), window.map(lambda w: {"signature_name": "next_character", "inputs": [w]})
    ),
    st.tuples(st.just("jazz"), solo.map(lambda row: {"inputs": row})),
    st.tuples(st.just("jazz"), st.lists(solo, min_size=1, max_size=3).map(lambda r: {"instances": r})),
    st.tuples(
        st.just("emojify"),
        st.lists(st.sampled_from(["I love you", "", "sad ball"]), min_size=1, max_size=20).map(
            lambda r: {"instances": r}
        ),
    ),
)


@given(st.lists(requests, min_size=2, max_size=12))
@settings(max_examples=25)
def test_answers_are_those_of_requests_one_by_one(models: Models, asked: list[Request]) -> None:
    expected = [compute([call(models, request)])[0] for request in asked]
    for found, alone in zip(answers([call(models, request) for request in asked]), expected, strict=True):
        assert type(found) is type(alone) and str(found) == str(alone)


class Counted:
    """A signature that adds one, and notes how many rows each of its calls has."""

    def __init__(self, batching: Batching | None = None, run: Callable[[Any], Any] = lambda x: x + 1) -> None:
        self.rows, self.opened = list[int](), threading.Event()
        self.opened.set()
        self.signature = Signature({"x": Spec("float32", (None,))}, self._compute, batching or Batching())
        self.run = run

    def _compute(self, x: Any) -> dict[str, Any]:
        self.opened.wait(30)
        self.rows.append(len(x))
        return {"y": self.run(x)}

    def call(self, *values: float) -> Call:
        return Call(self.signature, {"x": np.array(values, np.float32)}, lambda outputs: str(outputs["y"]))


def test_calls_that_wait_are_computed_together_up_to_so_many_rows() -> None:
    model = Counted()
    calls = [model.call(*range(size)) for size in (1, 3, 2, 4, 1)]
    assert answers(calls, batch_rows=6) == [str(np.arange(size) + 1.0) for size in (1, 3, 2, 4, 1)]
    assert model.rows == [6, 5]
    model.rows.clear()
    answers([model.call(0), model.call(0)], batch_rows=1)
    assert model.rows == [1, 1]


def test_without_a_word_of_the_export_each_call_is_computed_by_itself() -> None:
    model = Counted()
    model.signature = Signature(model.signature.inputs, model.signature.run, None)
    answers([model.call(0), model.call(0)])
    assert model.rows == [1, 1]


def test_short_rows_do_not_wait_for_long_ones() -> None:
    model = Counted(Batching(steps="x"))
    answers([model.call(size) for size in (400, 5, 300, 7)])
    assert model.rows == [2, 2]


def test_a_call_that_fails_does_not_fail_the_others() -> None:
    def refuse(x: Any) -> Any:
        if 3 in np.asarray(x):
            raise RequestError("three")
        return x

    model = Counted(run=refuse)
    found = answers([model.call(x) for x in range(8)])
    assert [str(answer) for answer in found] == [f"[{x}.]" if x != 3 else "three" for x in range(8)]


def test_a_client_that_leaves_takes_nothing_from_the_others() -> None:
    model = Counted()

    async def main() -> list[str]:
        queue = PredictionQueue(**WAY)
        model.opened.clear()
        clients = [asyncio.create_task(queue.run(model.call(x))) for x in (1, 2)]
        await asyncio.sleep(0.05)  # both are computed together
        clients += [asyncio.create_task(queue.run(model.call(x))) for x in (3, 4, 5)]
        await asyncio.sleep(0.05)  # these wait
        clients[0].cancel()
        clients[3].cancel()
        model.opened.set()
        return [await clients[place] for place in (1, 2, 4)]

    assert asyncio.run(main()) == ["[3.]", "[4.]", "[6.]"]
    assert model.rows == [2, 2]


def test_too_many_calls_are_refused_and_what_took_too_long_is_not_begun() -> None:
    model = Counted()

    async def main() -> None:
        queue = PredictionQueue(threads=1, waiting=2, seconds=0.2, batch_rows=64)
        model.opened.clear()
        clients = [asyncio.create_task(queue.run(model.call(0)))]
        await asyncio.sleep(0.05)
        clients += [asyncio.create_task(queue.run(model.call(0))) for _ in range(3)]
        found = await asyncio.gather(*clients, return_exceptions=True)
        late, busy = "no answer within 0.2 seconds", "too many requests are waiting; try again"
        assert [str(error) for error in found] == [late, late, late, busy]
        assert [error.status for error in found if isinstance(error, RequestError)] == [504, 504, 504, 503]
        model.opened.set()
        time.sleep(0.05)
        assert await queue.run(model.call(0, 1)) == "[1. 2.]"

    asyncio.run(main())
    assert model.rows == [1, 2]


def test_arrays_of_other_shapes_are_not_joined(models: Models) -> None:
    row = {"prompt": ["a"], "temperature": 0, "seed": 1}
    asked = [("shakespeare", {"inputs": row | {"length": length}}) for length in (5, [[5]], [[5, 5]], [[]])]
    first, nested, *refused = answers([call(models, request) for request in asked])
    assert first == nested and all("length must be one number" in str(error) for error in refused)
