"""The jazz exercise: djmodel, music_inference_model and predict_and_sample, of 2018 and of 2021.

The sections and the steps that the known mistakes name:

- 1 djmodel: 1 inputs, 2 the loop: x, 3 LSTM, 4 densor, 5 model
- 2 music_inference_model: 1 inputs, 2 LSTM, 3 densor, 4 the next x, 5 model
- 3 predict_and_sample: 1 predict, 2 argmax, 3 one-hot

The layers that a network is built from have the same weights as ours, so that what it computes can
be compared.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course.checks.compare import Leaves
from course.checks.record import Callback, Case, Exercise, Function, mistake

Generator = np.random.Generator
Arguments = tuple[Any, ...]

OURS = "models.jazz.networks"


def _layers(n_values: int, n_a: int) -> Arguments:
    """An LSTM layer, a softmax layer and a reshaping layer, with the same weights each time."""
    from models.jazz import networks

    shared = networks.shared_layers(n_values, n_a, seed=3)
    kernel, recurrent, bias = shared.LSTM_cell.get_weights()
    shared.LSTM_cell.set_weights([kernel * 3, recurrent * 3, np.linspace(-1, 1, len(bias))])
    shared.densor.set_weights([array * 4 for array in shared.densor.get_weights()])
    _take_inputs(shared.LSTM_cell)
    for layer in shared:  # a name that no layer of a learner's is given
        layer.name = f"given_{layer.name}"
    return shared.LSTM_cell, shared.densor, shared.reshaper


def _take_inputs(layer: Any) -> None:
    """Lets a layer be called with inputs=x, as cells of 2021 do; Keras 3's name is another."""
    kind = type(layer)

    def call(self: Any, *arguments: Any, inputs: Any = None, **more: Any) -> Any:
        return kind.__call__(self, *(arguments if inputs is None else (inputs,)), **more)

    layer.__class__ = type(kind.__name__, (kind,), {"__call__": call})


def _call(learner: Callback, sizes: Mapping[str, Any], layers: Mapping[str, Any]) -> Any:
    """Calls a builder of either edition: with the parameters that it has, or with global layers."""
    names = list(inspect.signature(learner).parameters)
    known = {"tx": sizes.get("Tx"), "ty": sizes.get("Ty"), "n_values": sizes["n_values"], "n_a": sizes["n_a"]}
    known |= {"lstm_cell": layers["LSTM_cell"], "densor": layers["densor"]}
    known |= dict.fromkeys(("reshaper", "reshapor"), layers["reshaper"])
    namespace = getattr(inspect.unwrap(learner), "__globals__", {})
    given = {**layers, "reshapor": layers["reshaper"], "n_values": sizes["n_values"], "n_a": sizes["n_a"]}
    given |= {"tf": _tensorflow()}
    before = {name: namespace[name] for name in given if name in namespace}
    namespace.update(given)
    try:
        if all(name.lower() in known for name in names):
            return learner(**{name: known[name.lower()] for name in names})
        return learner(*_in_order(names, sizes, layers))  # other names: the order of the contract
    finally:
        for name in given:
            namespace.pop(name, None)
        namespace.update(before)


def _in_order(names: list[str], sizes: Mapping[str, Any], layers: Mapping[str, Any]) -> Arguments:
    shared = (layers["LSTM_cell"], layers["densor"])
    if "Tx" not in sizes:
        return (
            (*shared, sizes["Ty"])
            if len(names) < 5
            else (*shared, sizes["n_values"], sizes["n_a"], sizes["Ty"])
        )
    return (
        (sizes["Tx"], *shared, layers["reshaper"])
        if len(names) == 4
        else (sizes["Tx"], sizes["n_a"], sizes["n_values"])
    )


class _Tensorflow:
    """TensorFlow for cells of 2021: its argmax and one_hot take Keras's tensors, as they did in Keras 2."""

    def __init__(self, module: Any, ops: Any) -> None:
        self._module, self.argmax = module, ops.argmax
        self.one_hot = lambda x, depth, **options: ops.one_hot(x, depth)
        self.expand_dims = ops.expand_dims

    def __getattr__(self, name: str) -> Any:
        return (
            self if name == "math" else getattr(self._module, name, None) or getattr(self._module.math, name)
        )


def _tensorflow() -> Any:
    import keras
    import tensorflow

    return _Tensorflow(tensorflow, keras.ops)


def _builder(first: str) -> Callable[[Callback], Callback]:
    """Adapts a builder to the contract (number of steps, n_values, n_a)."""

    def adapt(learner: Callback) -> Callback:
        def build(steps: int, n_values: int, n_a: int) -> tuple[Any, Arguments]:
            layers = dict(zip(("LSTM_cell", "densor", "reshaper"), _layers(n_values, n_a), strict=True))
            network = _call(learner, {first: steps, "n_values": n_values, "n_a": n_a}, layers)
            return network, tuple(layers.values())

        return build

    return adapt


def _network_view(result: Any, arguments: Arguments) -> tuple[Leaves, Leaves]:
    """What can be compared of a network: shapes, shared layers, what it computes."""
    import keras

    network, (LSTM_cell, densor, _) = result
    if not isinstance(network, keras.Model):
        return {"": network}, {}
    found: Leaves = {
        "the inputs' shapes": str([tuple(tensor.shape) for tensor in network.inputs]),
        "the number of outputs": str(len(network.outputs)),
        "the outputs' shapes": str(sorted({tuple(tensor.shape) for tensor in network.outputs}, key=str)),
    }
    for name, kind, layer in (("LSTM", keras.layers.LSTM, LSTM_cell), ("Dense", keras.layers.Dense, densor)):
        own = [other for other in network.layers if isinstance(other, kind)]
        what = "the one given" if own and all(other is layer for other in own) else "made inside"
        found[f"{name} layers"] = f"{len(own)}, {what}"
        for other in own:
            other.set_weights(layer.get_weights())
    random = np.random.default_rng(1)
    inputs = [random.standard_normal((2, *tensor.shape[1:])).astype(np.float32) for tensor in network.inputs]
    try:
        outputs = network(inputs, training=False)
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        found["what it computes"] = np.stack([np.asarray(output).reshape(2, -1) for output in outputs])
    except ValueError as error:
        if "KerasTensor" not in str(error):
            raise
        raise ValueError("the network does not run with Keras 3: a Lambda uses X, not its argument") from None
    return found, {}


def _cases(sizes: tuple[tuple[str, Arguments, bool], ...]) -> Callable[[Generator], list[Case]]:
    def cases(random: Generator) -> list[Case]:
        return [Case(label, call, unusual=unusual) for label, call, unusual in sizes]

    return cases


_STEP = "a, _, c = LSTM_cell(x, initial_state=[a, c])"
_OWN_LSTM = ("LSTM_cell(x,", "layers.LSTM(LSTM_cell.units, return_state=True)(x,")
_OWN_DENSE = 'layers.Dense(densor.units, activation="softmax")'
_DJ_START = "a, c, outputs = a0, c0, []"
DJMODEL = Function(
    "djmodel",
    "1",
    "Tx, LSTM_cell, densor, reshaper",
    ("model",),
    f"{OURS}:djmodel",
    _cases((("Tx = 4, n_values = 6", (4, 6, 5), False), ("Tx = 1", (1, 3, 2), True))),
    (
        mistake(2, "every step reads the first value, X[:, 0, :]", ("X[:, t, :]", "X[:, 0, :]")),
        mistake(
            2,
            "a Lambda layer looks t up when the network runs, when it is Tx - 1 (Keras 3): write X[:, t, :]",
            ("X[:, t, :]", "X[:, Tx - 1, :]"),
        ),
        mistake(
            3,
            "a and c are not carried: every step starts from a0 and c0",
            (_STEP, _STEP.replace("[a, c]", "[a0, c0]")),
        ),
        mistake(
            3, "c is not carried: every step starts from c0", (_STEP, _STEP.replace("[a, c]", "[a, c0]"))
        ),
        mistake(
            3, "a is not carried: every step starts from a0", (_STEP, _STEP.replace("[a, c]", "[a0, c]"))
        ),
        mistake(3, "a and c are exchanged in initial_state", (_STEP, _STEP.replace("[a, c]", "[c, a]"))),
        mistake(3, "initial_state is forgotten", (_STEP, _STEP.replace(", initial_state=[a, c]", ""))),
        mistake(
            3,
            "the results of LSTM_cell are unpacked in the wrong order: they are a, a again, c",
            (_STEP, _STEP.replace("a, _, c =", "_, c, a =")),
        ),
        mistake(
            3,
            "c takes LSTM_cell's second result, which is a again, instead of the third",
            (_STEP, _STEP.replace("a, _, c =", "a, c, _ =")),
        ),
        mistake(3, "a new LSTM layer is made in every step: its weights are not shared", _OWN_LSTM),
        mistake(
            3,
            "the LSTM layer is made inside djmodel: the inference model cannot share it",
            (_DJ_START, _DJ_START + "\n    LSTM_cell = layers.LSTM(LSTM_cell.units, return_state=True)"),
        ),
        mistake(
            4,
            "a new Dense layer is made in every step: its weights are not shared",
            ("densor(a)", _OWN_DENSE + "(a)"),
        ),
        mistake(
            4,
            "the Dense layer is made inside djmodel: the inference model cannot share it",
            (_DJ_START, _DJ_START + f"\n    densor = {_OWN_DENSE}"),
        ),
        mistake(4, "densor reads c instead of a", ("densor(a)", "densor(c)")),
        mistake(
            4,
            "the model has the last output instead of all: outputs.append stands after the loop",
            ("        outputs.append(densor(a))", "    outputs.append(densor(a))"),
        ),
        mistake(
            5,
            "the model's inputs are in the wrong order: X, a0, c0",
            ("keras.Model([X, a0, c0]", "keras.Model([X, c0, a0]"),
        ),
    ),
    adapt=_builder("Tx"),
    counts=(4, 3),
    view=_network_view,
    keras=True,
)

_NEXT = "x = ops.expand_dims(ops.one_hot(ops.argmax(out, axis=-1), n_values), axis=1)"
MUSIC_INFERENCE_MODEL = Function(
    "music_inference_model",
    "2",
    "LSTM_cell, densor, Ty",
    ("model",),
    f"{OURS}:music_inference_model",
    _cases((("Ty = 4, n_values = 6", (4, 6, 5), False), ("Ty = 1", (1, 3, 2), True))),
    (
        mistake(
            2,
            "a and c are not carried: every step starts from a0 and c0",
            (_STEP, _STEP.replace("[a, c]", "[a0, c0]")),
        ),
        mistake(2, "a and c are exchanged in initial_state", (_STEP, _STEP.replace("[a, c]", "[c, a]"))),
        mistake(2, "initial_state is forgotten", (_STEP, _STEP.replace(", initial_state=[a, c]", ""))),
        mistake(2, "a new LSTM layer is made: what was trained is not in it", _OWN_LSTM),
        mistake(
            3, "a new Dense layer is made: what was trained is not in it", ("densor(a)", _OWN_DENSE + "(a)")
        ),
        mistake(3, "densor reads c instead of a", ("densor(a)", "densor(c)")),
        mistake(4, "x stays x0: what was predicted is not the next input", (_NEXT, "pass")),
        mistake(
            4,
            "the probabilities themselves are the next input instead of their one-hot",
            (_NEXT, "x = ops.expand_dims(out, axis=1)"),
        ),
        mistake(
            5,
            "the model has the last output instead of all",
            ("[x0, a0, c0], outputs,", "[x0, a0, c0], outputs[-1],"),
        ),
        mistake(5, "there is one output too many: Ty + 1", ("in range(Ty)", "in range(Ty + 1)")),
        mistake(5, "there is one output too few: Ty - 1", ("in range(Ty)", "in range(Ty - 1)")),
    ),
    adapt=_builder("Ty"),
    counts=(3, 5),
    view=_network_view,
    keras=True,
)


def _sampler(learner: Callback) -> Callback:
    def call(Ty: int, seed: int) -> Any:
        from models.jazz import networks

        LSTM_cell, densor, _ = _layers(78, 64)
        random = np.random.default_rng(seed)
        initial = [random.standard_normal(shape) for shape in ((1, 1, 78), (1, 64), (1, 64))]
        return learner(networks.music_inference_model(LSTM_cell, densor, Ty), *initial)

    return call


def _sample_view(result: Any, arguments: Arguments) -> tuple[Leaves, Leaves]:
    if not isinstance(result, tuple | list) or len(result) != 2:
        return {"": result}, {}
    results, indices = (np.asarray(array) for array in result)
    return {"results": results.reshape(-1, results.shape[-1]), "indices": indices.reshape(-1, 1)}, {}


PREDICT_AND_SAMPLE = Function(
    "predict_and_sample",
    "3",
    "inference_model, x_initializer, a_initializer, c_initializer",
    ("results", "indices"),
    f"{OURS}:predict_and_sample",
    _cases((("Ty = 4", (4, 1), False), ("Ty = 2", (2, 2), True))),
    (
        mistake(1, "the initial x is zeros whatever is passed", ("[x_initializer,", "[0 * x_initializer,")),
        mistake(
            1,
            "the initial a is zeros whatever is passed",
            ("a_initializer, c_initializer]", "0 * a_initializer, c_initializer]"),
        ),
        mistake(
            1,
            "the initial a and c are exchanged",
            ("a_initializer, c_initializer]", "c_initializer, a_initializer]"),
        ),
        mistake(
            2, "argmax runs over the steps instead of over the values (axis=-1)", ("axis=-1)", "axis=0)")
        ),
        mistake(2, "the smallest probability is taken (argmin)", ("np.argmax(", "np.argmin(")),
        mistake(
            3,
            "results are the probabilities instead of their one-hot",
            ("return results,", "return probabilities,"),
        ),
        mistake(
            3,
            "results and indices are returned in the wrong order",
            ("return results, indices[:, None]", "return indices[:, None], results"),
        ),
        mistake(
            3,
            "the one-hot stands one place too early",
            ("dtype=np.float32)[indices]", "dtype=np.float32)[indices - 1]"),
        ),
    ),
    adapt=_sampler,
    counts=(4,),
    view=_sample_view,
    keras=True,
)

EXERCISE = Exercise("jazz", (DJMODEL, MUSIC_INFERENCE_MODEL, PREDICT_AND_SAMPLE))
