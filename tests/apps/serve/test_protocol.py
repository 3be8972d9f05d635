"""TensorFlow Serving's JSON: what becomes an array, what is refused and how."""

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.serve import protocol as serving_json
from apps.serve.protocol import RequestError, Spec, answer, parse
from utils.errors import UserError

TEXT = {"sentence": Spec("string", (None,))}
POEM = {"length": Spec("int32", None), "prompt": Spec("string", (None,)), "warmth": Spec("float32", None)}
WINDOW = {"window": Spec("int32", (None, 3))}


def arrays(request: object, specs: dict[str, Spec], most_rows: int = 8) -> serving_json.Arrays:
    return serving_json.arrays(parse(json.dumps(request).encode()), specs, most_rows)


def refused(request: object, specs: dict[str, Spec]) -> str:
    with pytest.raises(RequestError) as caught:
        arrays(request, specs)
    assert caught.value.status == 400
    return str(caught.value)


def test_rows_of_a_single_input_need_no_name() -> None:
    for instances in (["a", "b"], [{"sentence": "a"}, {"sentence": "b"}], [{"b64": "YQ=="}, "b"]):
        found = arrays({"instances": instances}, TEXT)["sentence"]
        assert found.tolist() == [b"a", b"b"]


def test_rows_and_columns_of_several_inputs() -> None:
    rows = arrays({"instances": [{"prompt": "a", "length": 3, "warmth": 1}]}, POEM)
    columns = arrays({"inputs": {"prompt": ["a"], "length": 3, "warmth": 1}}, POEM)
    assert {name: array.shape for name, array in rows.items()} == dict.fromkeys(POEM, (1,))
    assert {name: array.shape for name, array in columns.items()} == {
        "length": (),
        "prompt": (1,),
        "warmth": (),
    }
    assert (rows["length"].dtype, rows["warmth"].dtype) == (np.int32, np.float32)


def test_columns_of_a_single_input_need_no_name() -> None:
    assert arrays({"inputs": [[1, 2, 3]]}, WINDOW)["window"].tolist() == [[1, 2, 3]]
    assert arrays({"inputs": {"window": [[1, 2, 3]]}}, WINDOW)["window"].shape == (1, 3)


@pytest.mark.parametrize(
    ("request_", "specs", "message"),
    [
        ([], TEXT, "malformed request: Input should be an object"),
        ({}, TEXT, "expected either 'instances' or 'inputs'"),
        ({"instances": ["a"], "inputs": ["a"]}, TEXT, "expected either 'instances' or 'inputs'"),
        ({"inputs": ["a"], "signature_name": 3}, TEXT, "signature_name: Input should be a valid string"),
        ({"instances": []}, TEXT, "instances: List should have at least 1 item"),
        ({"instances": "a"}, TEXT, "instances: Input should be a valid array"),
        ({"instances": [{"prompt": "a"}]}, POEM, "missing input: length, warmth"),
        ({"instances": ["a"]}, POEM, "the inputs must be named: length, prompt, warmth"),
        ({"inputs": {"sentence": ["a"], "x": 1}}, TEXT, "unknown input: x; the inputs are sentence"),
        ({"inputs": "a"}, TEXT, "input sentence: expected shape [any], got []"),
        ({"inputs": [["a"]]}, TEXT, "input sentence: expected shape [any], got [1, 1]"),
        ({"inputs": [1]}, TEXT, "input sentence: expected a string, got 1"),
        ({"inputs": [None]}, TEXT, "input sentence: expected a string, got null"),
        ({"inputs": [{"b64": "?"}]}, TEXT, "has a b64 value that is not base64"),
        ({"inputs": ["\ud800"]}, TEXT, "JSON parse error"),
        ({"inputs": ["a"] * 9}, TEXT, "input sentence: expected 1 to 8 rows, got 9"),
        ({"inputs": []}, TEXT, "input sentence: expected 1 to 8 rows, got 0"),
        ({"inputs": [[1, 2]]}, WINDOW, "input window: expected shape [any, 3], got [1, 2]"),
        ({"inputs": [[1, 2, 3], [1, 2]]}, WINDOW, "input window has lists of different lengths"),
        ({"inputs": [[1, 2, [3]]]}, WINDOW, "input window: expected int32, got [3]"),
        ({"inputs": [[1, 2, 3.5]]}, WINDOW, "input window: expected int32, got 3.5"),
        ({"inputs": [[1, 2, True]]}, WINDOW, "expected int32, got true"),
        ({"inputs": [[1, 2, "3"]]}, WINDOW, 'expected int32, got "3"'),
        ({"inputs": [[1, 2, 2**31]]}, WINDOW, "expected int32, got 2147483648"),
        ({"inputs": {"prompt": ["a"], "length": 1, "warmth": "hot"}}, POEM, 'expected float32, got "hot"'),
        ({"inputs": {"prompt": ["a"], "length": 1, "warmth": float("nan")}}, POEM, "float32, got NaN"),
        ({"inputs": {"prompt": ["a"], "length": 1, "warmth": 1e39}}, POEM, "expected float32, got 1e+39"),
    ],
)
def test_what_is_refused(request_: object, specs: dict[str, Spec], message: str) -> None:
    assert message in refused(request_, specs)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"inputs": 1e5', b"[" * 100_000, b'{"inputs": ' + b"9" * 5000],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError, match="JSON parse error|expected float|expected int32|malformed"):
        parse(body)


@pytest.mark.parametrize("begin", [b'{"instances": [', b'{"inputs": {"a": [', b'{"instances": [['])
def test_lists_are_counted_before_they_take_memory(begin: bytes) -> None:
    """A megabyte of empty lists is some thirty in memory; sixty such bodies took 1.94 GB."""
    body = begin + b"[]," * 340_000
    tracemalloc.start()
    try:
        with pytest.raises(RequestError, match="has more than 65536 lists"):
            parse(body, max_rows=64)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(body)
    finally:
        tracemalloc.stop()


def test_brackets_in_a_text_are_no_lists() -> None:
    text = '["' * 1100 + "[\\" * 1100
    body = json.dumps({"instances": [text, '"[{']}).encode()
    assert parse(body, max_rows=1).instances == [text, '"[{']


def test_deep_lists_and_huge_numbers_are_refused() -> None:
    deep: Any = 1
    for _ in range(50):
        deep = [deep]
    assert "has more than 8 axes" in refused({"inputs": deep}, WINDOW)
    assert "expected int32" in refused({"inputs": [[1, 2, 10**400]]}, WINDOW)
    assert "expected float32" in refused({"inputs": {"prompt": ["a"], "length": 1, "warmth": 10**400}}, POEM)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["inputs", "window", "b64", "x"]), inner),
)


@given(JSON, st.sampled_from([TEXT, POEM, WINDOW]), st.sampled_from(["inputs", "instances"]))
def test_whatever_comes_is_an_array_or_is_refused(value: Any, specs: dict[str, Spec], key: str) -> None:
    try:
        found = arrays({key: value}, specs)
    except RequestError as refusal:
        assert 0 < len(str(refusal)) <= 1000
        return
    assert set(found) == set(specs)


def test_a_single_output_is_answered_without_its_name() -> None:
    poems = {"poem": np.array([b"a", "\N{BLACK HEART SUIT}".encode()], object)}
    assert answer(poems, in_rows=True) == {"predictions": ["a", "\N{BLACK HEART SUIT}"]}
    assert answer(poems, in_rows=False) == {"outputs": ["a", "\N{BLACK HEART SUIT}"]}


def test_several_outputs_are_answered_by_name() -> None:
    outputs = {"emoji": np.array([b"x", b"y"], object), "label": np.array([3, 4], np.int32)}
    assert answer(outputs, in_rows=True) == {
        "predictions": [{"emoji": "x", "label": 3}, {"emoji": "y", "label": 4}]
    }
    assert answer(outputs, in_rows=False) == {"outputs": {"emoji": ["x", "y"], "label": [3, 4]}}


def test_texts_keep_their_shape_and_bytes_are_base64() -> None:
    tokens = np.array([[b"a", b"b", b"c"], [b"d", b"e", b"f"]], object)
    assert answer({"tokens": tokens}, in_rows=True) == {"predictions": [["a", "b", "c"], ["d", "e", "f"]]}
    assert answer({"raw_bytes": np.array([b"\xff"], object)}, in_rows=True) == {
        "predictions": [{"b64": "/w=="}]
    }
    assert answer({"text": np.array(b"a", object)}, in_rows=False) == {"outputs": "a"}
    assert answer({"text": np.empty((0, 3), object)}, in_rows=False) == {"outputs": []}


def test_outputs_that_are_no_rows_are_refused() -> None:
    with pytest.raises(RequestError, match="no rows"):
        answer({"x": np.array(1.0, np.float32)}, in_rows=True)
    with pytest.raises(RequestError, match="differ in their number of rows"):
        answer({"x": np.zeros(2), "y": np.zeros(3)}, in_rows=True)
    with pytest.raises(RequestError, match="output x is not finite"):
        answer({"x": np.array([np.nan])}, in_rows=False)


def test_a_type_that_json_lacks_is_an_error() -> None:
    assert serving_json.spec_of("string", (None,), "here") == Spec("string", (None,))
    with pytest.raises(UserError, match="here takes complex64, which JSON does not have"):
        serving_json.spec_of("complex64", (None,), "here")
