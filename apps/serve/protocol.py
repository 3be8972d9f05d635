"""TensorFlow Serving's JSON protocol: requests as arrays, answers as JSON.

Rows: {"instances": [...]}, one entry a row, answered by {"predictions": [...]}. Columns: {"inputs": ...},
answered by {"outputs": ...}. A value of a single input or output may stand without its name. Binary strings
are encoded as {"b64": "..."}.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError, model_validator

from utils.errors import UserError, shown

MAX_AXES = 8
LISTS_A_ROW = 1024
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
Arrays = dict[str, NDArray[Any]]


class RequestError(Exception):
    """A request that is not accepted: the client gets the HTTP status and one line."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(" ".join(message.split())[:1000])
        self.status = status


@dataclass(frozen=True)
class Spec:
    """The type and shape of an input.

    Args:
        dtype: "string", or NumPy's name of a type of numbers.
        shape: The sizes of its axes, None for any; or None for any shape.
    """

    dtype: str
    shape: tuple[int | None, ...] | None


class PredictRequest(BaseModel, strict=True):
    """The body of a predict request.

    Args:
        signature_name: The function to call.
        instances: The inputs row by row.
        inputs: The inputs column by column; exactly one of the two is given.
    """

    signature_name: str = "serving_default"
    instances: list[Any] | None = Field(default=None, min_length=1)
    inputs: Any = None

    @property
    def in_rows(self) -> bool:
        """Whether the inputs came row by row."""
        return "instances" in self.model_fields_set

    @model_validator(mode="after")
    def _has_one_of_both(self) -> "PredictRequest":
        if self.in_rows == ("inputs" in self.model_fields_set):
            raise ValueError("expected either 'instances' or 'inputs'")
        return self


def parse(body: bytes, max_rows: int = 1024) -> PredictRequest:
    """Reads a request's body.

    A list takes twenty times the memory of its two brackets. They are counted before they become any.

    Args:
        body: The body.
        max_rows: The most rows that the request may have; a row may have 1,024 lists.

    Raises:
        RequestError: It is not JSON, or not a predict request, or has too many lists.
    """
    most = LISTS_A_ROW * max_rows
    if _lists(body) > most and _lists(_STRING.sub(b"", body)) > most:
        raise RequestError(f"the request has more than {most} lists, which {max_rows} rows do not need")
    try:
        return PredictRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"][:3])
        message = first["msg"].removeprefix("Value error, ")
        kind = "JSON parse error" if first["type"] == "json_invalid" else "malformed request"
        raise RequestError(f"{kind}: {place + ': ' if place else ''}{message}") from None


def _lists(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def arrays(request: PredictRequest, specs: Mapping[str, Spec], max_rows: int) -> Arrays:
    """Converts a request's values to arrays, checked against a signature's inputs.

    Raises:
        RequestError: An input is missing or unknown, or of another type or shape, or there are too many rows.
    """
    names = list(specs)
    if request.in_rows:
        rows = [_named(instance, names) for instance in request.instances or []]
        columns: Mapping[str, Any] = {name: [row[name] for row in rows] for name in names}
    else:
        columns = _named(request.inputs, names)
    inputs = {name: _array(columns[name], spec, name) for name, spec in specs.items()}
    for name, array in inputs.items():
        if array.ndim and not 1 <= len(array) <= max_rows:
            raise RequestError(f"input {name}: expected 1 to {max_rows} rows, got {len(array)}")
    return inputs


def answer(outputs: Arrays, in_rows: bool) -> dict[str, Any]:
    """Converts outputs to the answer's JSON.

    Raises:
        RequestError: The outputs do not fit rows, or are not finite.
    """
    for name, array in outputs.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise RequestError(f"output {name} is not finite for these inputs")
    plain = {name: _plain(array, name) for name, array in outputs.items()}
    single = next(iter(plain)) if len(plain) == 1 else None
    if not in_rows:
        return {"outputs": plain[single] if single else plain}
    if any(not array.ndim for array in outputs.values()):
        raise RequestError("an output has no rows; send 'inputs' instead of 'instances'")
    if len({len(array) for array in outputs.values()}) > 1:
        raise RequestError("the outputs differ in their number of rows; send 'inputs' instead of 'instances'")
    if single:
        return {"predictions": plain[single]}
    return {"predictions": [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]}


def _named(value: Any, names: list[str]) -> dict[str, Any]:
    """The values by the inputs' names; a single input needs no name."""
    if not isinstance(value, dict) or set(value) == {"b64"}:
        if len(names) != 1:
            raise RequestError(f"the inputs must be named: {', '.join(names)}")
        return {names[0]: value}
    missing = [name for name in names if name not in value]
    if missing:
        raise RequestError(f"missing input: {', '.join(missing)}")
    unknown = [str(name)[:100] for name in value if name not in names]
    if unknown:
        raise RequestError(f"unknown input: {', '.join(unknown[:5])}; the inputs are {', '.join(names)}")
    return value


def _array(value: Any, spec: Spec, name: str) -> NDArray[Any]:
    shape = _shape(value, name)
    items = np.empty(shape, object)
    try:
        items[...] = np.array(value, object).reshape(shape)
    except ValueError:
        raise RequestError(f"input {name} has lists of different lengths") from None
    sizes = spec.shape
    if sizes is not None:
        fits = len(sizes) == items.ndim
        if not fits or any(size not in (None, got) for size, got in zip(sizes, shape, strict=True)):
            expected = ", ".join("any" if size is None else str(size) for size in sizes)
            raise RequestError(f"input {name}: expected shape [{expected}], got {list(shape)}")
    if spec.dtype == "string":
        for place, item in np.ndenumerate(items):
            items[place] = _bytes(item, name)
        return items
    return _numbers(items, spec.dtype, name)


def _shape(value: Any, name: str) -> tuple[int, ...]:
    """The shape that the first entry of every list has."""
    shape: list[int] = []
    while isinstance(value, list):
        shape.append(len(value))
        if len(shape) > MAX_AXES:
            raise RequestError(f"input {name} has more than {MAX_AXES} axes")
        value = value[0] if value else None
    return tuple(shape)


def _bytes(item: Any, name: str) -> bytes:
    if isinstance(item, dict) and set(item) == {"b64"} and isinstance(item["b64"], str):
        try:
            return base64.b64decode(item["b64"], validate=True)
        except (binascii.Error, ValueError):
            raise RequestError(f"input {name} has a b64 value that is not base64") from None
    if not isinstance(item, str):
        raise RequestError(f"input {name}: expected a string, got {shown(item)}")
    return item.encode("utf-8")


def _numbers(items: NDArray[Any], dtype: str, name: str) -> NDArray[Any]:
    kind = np.dtype(dtype)
    for item in items.flat:
        whole = isinstance(item, int) and not isinstance(item, bool)
        if kind.kind == "f":
            good = (whole or isinstance(item, float)) and abs(item) <= float(np.finfo(kind).max)
        elif kind.kind == "b":
            good = isinstance(item, bool)
        else:
            good = whole and np.iinfo(kind).min <= item <= np.iinfo(kind).max
        if not good:
            raise RequestError(f"input {name}: expected {dtype}, got {shown(item)}")
    return items.astype(kind)


def _plain(array: NDArray[Any], name: str) -> Any:
    """Nested lists that JSON has: TensorFlow Serving encodes outputs named *_bytes as base64."""
    if array.dtype.kind != "O":
        return array.tolist()
    items = np.empty(array.shape, object)
    for place, item in np.ndenumerate(array):
        as_base64 = name.endswith("_bytes")
        items[place] = (
            {"b64": base64.b64encode(item).decode("ascii")} if as_base64 else item.decode("utf-8", "replace")
        )
    return items.tolist()


def spec_of(dtype: str, shape: tuple[int | None, ...] | None, where: str) -> Spec:
    """Returns the Spec of a TensorFlow type.

    Raises:
        UserError: The type has no form in JSON.
    """
    if dtype != "string" and np.dtype(dtype).kind not in "fiub":
        raise UserError(f"{where} takes {dtype}, which JSON does not have")
    return Spec(dtype, shape)
