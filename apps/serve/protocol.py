"""TensorFlow Serving's JSON: requests as arrays, answers as JSON.

Rows: {"instances": [...]}, one entry a row, answered by {"predictions": [...]}. Columns: {"inputs": ...},
answered by {"outputs": ...}. A value of a single input or output may stand without its name. Bytes that are
no text come and go as {"b64": "..."}.
"""

import base64
import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from utils.errors import UserError

DEFAULT = "serving_default"
MOST_AXES = 8
Arrays = dict[str, NDArray[Any]]


class Refused(Exception):
    """What a client sent is not accepted: it is told the status and one line."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(" ".join(message.split())[:1000])
        self.status = status


@dataclass(frozen=True)
class Spec:
    """What an input must be.

    Args:
        dtype: "string", or NumPy's name of a type of numbers.
        shape: The sizes of its axes, None for any; or None for any shape.
    """

    dtype: str
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class Asked:
    """A request's JSON: the signature, the values as they came, and whether they came in rows."""

    signature: str
    values: Any
    rows: bool


def parse(body: bytes) -> Asked:
    """Reads a request's body.

    Raises:
        Refused: It is no JSON, or not of the form.
    """
    try:
        request = json.loads(body, parse_constant=_no_number)
    except RecursionError:
        raise Refused("JSON Parse error: lists within lists without end") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused(f"JSON Parse error: {error}") from None
    if not isinstance(request, dict):
        raise Refused("Request JSON must be an object with the key 'instances' or 'inputs'")
    if ("instances" in request) == ("inputs" in request):
        raise Refused("Request JSON must have the key 'instances' or the key 'inputs', and not both")
    signature = request.get("signature_name", DEFAULT)
    if not isinstance(signature, str):
        raise Refused("'signature_name' must be a string")
    rows = "instances" in request
    return Asked(signature, request["instances" if rows else "inputs"], rows)


def arrays(asked: Asked, specs: Mapping[str, Spec], most_rows: int) -> Arrays:
    """A request's values as arrays, checked against what the signature takes.

    Raises:
        Refused: An input is missing or unknown, or of another type or shape, or there are too many rows.
    """
    columns = _columns(asked.values, list(specs)) if asked.rows else _named(asked.values, list(specs))
    found = {name: _array(columns[name], spec, name) for name, spec in specs.items()}
    for name, array in found.items():
        if array.ndim and not 1 <= len(array) <= most_rows:
            raise Refused(f"input {name} has {len(array)} rows; 1 to {most_rows} are taken")
    return found


def answer(outputs: Arrays, rows: bool) -> dict[str, Any]:
    """An answer's JSON.

    Raises:
        Refused: The outputs do not fit rows, or are no numbers.
    """
    for name, array in outputs.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise Refused(f"output {name} is not finite for these inputs")
    plain = {name: _plain(array, name) for name, array in outputs.items()}
    single = next(iter(plain)) if len(plain) == 1 else None
    if not rows:
        return {"outputs": plain[single] if single else plain}
    if any(not array.ndim for array in outputs.values()):
        raise Refused("an output has no rows; send 'inputs' instead of 'instances'")
    if len({len(array) for array in outputs.values()}) > 1:
        raise Refused("the outputs differ in their number of rows; send 'inputs' instead of 'instances'")
    if single:
        return {"predictions": plain[single]}
    return {"predictions": [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]}


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _columns(instances: Any, names: list[str]) -> dict[str, list[Any]]:
    """The values of every input, row under row."""
    if not isinstance(instances, list) or not instances:
        raise Refused("'instances' must be a list of one row or more")
    rows = [_named(instance, names) for instance in instances]
    return {name: [row[name] for row in rows] for name in names}


def _named(value: Any, names: list[str]) -> dict[str, Any]:
    """The values by the inputs' names."""
    if not isinstance(value, dict) or set(value) == {"b64"}:
        if len(names) != 1:
            raise Refused(f"the inputs must be named: {', '.join(names)}")
        return {names[0]: value}
    missing = [name for name in names if name not in value]
    if missing:
        raise Refused(f"Missing named input tensor: {', '.join(missing)}")
    unknown = [str(name)[:100] for name in value if name not in names]
    if unknown:
        raise Refused(f"unknown input: {', '.join(unknown[:5])}; the inputs are {', '.join(names)}")
    return value


def _array(value: Any, spec: Spec, name: str) -> NDArray[Any]:
    shape = _shape(value, name)
    if spec.shape is not None and not _fits(shape, spec.shape):
        wanted = ", ".join("any" if size is None else str(size) for size in spec.shape)
        raise Refused(f"input {name} has the shape {list(shape)}; [{wanted}] is wanted")
    flat: list[Any] = []
    _flatten(value, shape, flat, name)
    if spec.dtype == "string":
        texts = np.empty(len(flat), object)
        texts[:] = [_bytes(item, name) for item in flat]
        return texts.reshape(shape)
    return _numbers(flat, spec.dtype, name).reshape(shape)


def _shape(value: Any, name: str) -> tuple[int, ...]:
    """The shape, as the first entry of every list says."""
    shape: list[int] = []
    while isinstance(value, list):
        shape.append(len(value))
        if len(shape) > MOST_AXES:
            raise Refused(f"input {name} has more than {MOST_AXES} axes")
        if not value:
            break
        value = value[0]
    return tuple(shape)


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        size is None or size == found for found, size in zip(shape, wanted, strict=True)
    )


def _flatten(value: Any, shape: tuple[int, ...], flat: list[Any], name: str) -> None:
    if not shape:
        if isinstance(value, list):
            raise Refused(f"input {name} has lists at different depths")
        flat.append(value)
        return
    if not isinstance(value, list) or len(value) != shape[0]:
        raise Refused(f"input {name} has lists of different lengths")
    for item in value:
        _flatten(item, shape[1:], flat, name)


def _bytes(item: Any, name: str) -> bytes:
    if isinstance(item, dict) and set(item) == {"b64"} and isinstance(item["b64"], str):
        try:
            return base64.b64decode(item["b64"], validate=True)
        except (binascii.Error, ValueError):
            raise Refused(f"input {name} has a b64 that is not base64") from None
    if not isinstance(item, str):
        raise Refused(f"input {name} must be a string, got {_shown(item)}")
    try:
        return item.encode("utf-8")
    except UnicodeEncodeError:
        raise Refused(f"input {name} has half a surrogate pair, which is no text") from None


def _numbers(flat: list[Any], dtype: str, name: str) -> NDArray[Any]:
    kind = np.dtype(dtype)
    for item in flat:
        whole = isinstance(item, int) and not isinstance(item, bool)
        if kind.kind == "f":
            if not (whole or isinstance(item, float)) or not abs(item) <= float(np.finfo(kind).max):
                raise Refused(f"input {name} must be a number ({dtype}), got {_shown(item)}")
        elif kind.kind == "b":
            if not isinstance(item, bool):
                raise Refused(f"input {name} must be true or false, got {_shown(item)}")
        elif not whole or not np.iinfo(kind).min <= item <= np.iinfo(kind).max:
            raise Refused(f"input {name} must be a whole number ({dtype}), got {_shown(item)}")
    return np.array(flat, kind)


def _shown(item: Any) -> str:
    try:
        text = json.dumps(item)
    except (ValueError, RecursionError):  # a whole number of too many digits to be printed
        return "a value that is out of range"
    return text if len(text) <= 40 else text[:40] + " ..."


def _plain(array: NDArray[Any], name: str) -> Any:
    if array.dtype.kind != "O":
        return array.tolist()
    if name.endswith("_bytes"):  # TensorFlow Serving's rule
        texts: list[Any] = [{"b64": base64.b64encode(item).decode("ascii")} for item in array.ravel()]
    else:
        texts = [item.decode("utf-8", "replace") for item in array.ravel()]
    for size in reversed(array.shape[1:]):
        count = math.prod(array.shape) // size if size else 0
        texts = [
            texts[start * size : (start + 1) * size] for start in range(len(texts) // size if count else 0)
        ]
    return texts if array.ndim else texts[0]


def spec_of(dtype: str, shape: tuple[int | None, ...] | None, where: str) -> Spec:
    """A Spec from a TensorFlow type's name.

    Raises:
        UserError: JSON has nothing for this type.
    """
    if dtype != "string" and np.dtype(dtype).kind not in "fiub":
        raise UserError(f"{where} takes {dtype}, which JSON does not have")
    return Spec(dtype, shape)
