"""Calls of signatures, and how several of them are computed as one."""

from collections.abc import Callable, Hashable, Sequence
from itertools import accumulate

import numpy as np

from apps.serve.loader import Signature
from apps.serve.protocol import Arrays

Answers = list[str | Exception]


class Call:
    """A call of a signature.

    Args:
        signature: The signature.
        inputs: Its inputs.
        encode: Makes the answer from the outputs; runs in a thread.

    Attributes:
        kind: Calls of equal kind may be computed together; None: by itself only.
        rows: How many input rows it has.
        output_rows: How many output rows these have.
    """

    def __init__(self, signature: Signature, inputs: Arrays, encode: Callable[[Arrays], str]) -> None:
        self.signature, self.inputs, self.encode = signature, inputs, encode
        self.kind: Hashable = None
        sizes = {len(array) if array.ndim else 1 for array in inputs.values()}
        self.rows = self.output_rows = max(sizes)
        batching = signature.batching
        if batching and len(sizes) == 1:
            steps = int(inputs[batching.steps].max(initial=0)) if batching.steps else 0
            self.kind = (id(signature), steps.bit_length(), *(array.shape[1:] for array in inputs.values()))
            if batching.output_rows:
                self.output_rows = int(inputs[batching.output_rows].sum())


def compute(calls: Sequence[Call]) -> Answers:
    """Computes calls of one kind together; if that fails, each half by itself, so that the others do not."""
    try:
        return _together(calls) if len(calls) > 1 else [calls[0].encode(calls[0].signature(calls[0].inputs))]
    except Exception as error:
        if len(calls) == 1:
            return [error]
        half = len(calls) // 2
        return compute(calls[:half]) + compute(calls[half:])


def _together(calls: Sequence[Call]) -> Answers:
    inputs = {
        name: np.concatenate([np.atleast_1d(call.inputs[name]) for call in calls]) for name in calls[0].inputs
    }
    ends = list(accumulate(call.output_rows for call in calls))[:-1]
    parts = {name: np.split(array, ends) for name, array in calls[0].signature(inputs).items()}
    return [
        call.encode({name: part[place] for name, part in parts.items()}) for place, call in enumerate(calls)
    ]
