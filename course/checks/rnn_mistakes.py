"""Known mistakes in the eight functions of "building a recurrent network step by step".

The sections and the steps that they name:

- 1.1 rnn_cell_forward: 1 parameters, 2 a_next, 3 yt_pred, 4 cache
- 1.2 rnn_forward: 1 sizes, 2 the first state, 3 the loop over time, 4 what is stored, 5 caches
- 2.1 lstm_cell_forward: 1 parameters, 2 the stack of a_prev and xt, 3 gates, 4 c_next, 5 a_next, 6 yt_pred,
  7 cache
- 2.2 lstm_forward: the steps of 1.2
- 3.1 rnn_cell_backward: 1 cache, 2 the slope of tanh, 3 dxt and dWax, 4 da_prev and dWaa, 5 dba; and
  rnn_backward: 6 the loop from the last step, 7 sums over time, 8 dx, 9 da0
- 3.2 lstm_cell_backward: 1 cache, 2 gates, 3 weights, 4 biases, 5 da_prev, dc_prev and dxt
- 3.3 lstm_backward: 1 sizes, 2 the loop from the last step, 3 da_prev, 4 dc_prev, 5 sums over time, 6 dx,
  7 da0
"""

from course.checks.record import Mistake
from course.checks.record import mistake as _mistake


def _softmax_mistakes(step: int, weights: str) -> tuple[Mistake, ...]:
    right = f'softmax({weights} @ a_next + {"parameters" if weights == "Wya" else "p"}["by"])'
    z = right.removeprefix("softmax(").removesuffix(")")
    return (
        _mistake(step, "by is forgotten", (right, f"softmax({z.partition(' + ')[0]})")),
        _mistake(step, "softmax is forgotten", (right, z)),
        _mistake(
            step, "softmax runs over the examples (axis 1) instead of axis 0", (right, f"softmax(({z}).T).T")
        ),
        _mistake(
            step,
            "softmax divides by the sum over all examples: its sum needs axis=0",
            (right, f"(lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum())({z})"),
        ),
        _mistake(step, "sigmoid is taken instead of softmax", (right, f"1 / (1 + np.exp(-({z})))")),
        _mistake(
            step,
            "the prediction is made from a_prev instead of a_next",
            (right, right.replace("a_next", "a_prev")),
        ),
    )


RNN_CELL = (
    _mistake(2, "the bias ba is forgotten", (' + parameters["ba"])', ")")),
    _mistake(2, "Waa a_prev, what the cell remembers, is forgotten", ("Wax @ xt + Waa @ a_prev", "Wax @ xt")),
    _mistake(2, "tanh is forgotten", ("np.tanh(Wax", "(Wax")),
    _mistake(2, "sigmoid is taken instead of tanh", ("np.tanh(", "(lambda z: 1 / (1 + np.exp(-z)))(")),
    _mistake(2, "relu is taken instead of tanh", ("np.tanh(", "(lambda z: np.maximum(z, 0))(")),
    _mistake(2, "Waa is transposed", ("Waa @ a_prev", "Waa.T @ a_prev")),
    *_softmax_mistakes(3, "Wya"),
    _mistake(
        3,
        "an axis of length 1 is lost (np.squeeze)",
        ("return a_next, yt_pred,", "return a_next, np.squeeze(yt_pred),"),
    ),
    _mistake(
        4, "a_prev and a_next are exchanged in the cache", ("(a_next, a_prev, xt,", "(a_prev, a_next, xt,")
    ),
    _mistake(4, "xt and a_prev are exchanged in the cache", ("(a_next, a_prev, xt,", "(a_next, xt, a_prev,")),
)


def _sequence_mistakes(y: str, call: str, stacked: str) -> tuple[Mistake, ...]:
    """What goes wrong in both sequence functions.

    Args:
        y: The name of the list of predictions.
        call: The call of the cell.
        stacked: The names of all lists.
    """
    zeros = {"a": "len(a0)", "c": "len(a0)", y: 'len(parameters["by"])'}
    return (
        _mistake(3, "every step reads the first input, x[:, :, 0]", ("x[:, :, t], ", "x[:, :, 0], ")),
        _mistake(
            3,
            "the loop leaves out the last step",
            ("in range(T_x)", "in range(T_x - 1)"),
            *(
                (f"np.stack({name}, axis=2)", f"np.dstack([*{name}, np.zeros(({zeros[name]}, m))])")
                for name in stacked.split()
            ),
        ),
        _mistake(
            3,
            "the loop begins with step 1 instead of 0",
            ("in range(T_x)", "in range(1, T_x)"),
            *(
                (f"np.stack({name}, axis=2)", f"np.dstack([np.zeros(({zeros[name]}, m)), *{name}])")
                for name in stacked.split()
            ),
        ),
        _mistake(3, "the sequence is read from its end", ("x[:, :, t], ", "x[:, :, T_x - 1 - t], ")),
        _mistake(3, "a_next is not carried: every step starts from a0", (call, call.replace("a_next", "a0"))),
        _mistake(5, "x is missing in caches = (list, x)", ("(caches, x)\n", "caches\n")),
    )


RNN_SEQUENCE = (
    *_sequence_mistakes("y_pred", "rnn_cell_forward(x[:, :, t], a_next, parameters)", "a y_pred"),
    _mistake(
        2,
        "the first state is zeros instead of a0",
        ("a_next, a, y_pred, caches = a0,", "a_next, a, y_pred, caches = np.zeros_like(a0),"),
    ),
    _mistake(
        4,
        "a is stored before the step instead of after it",
        ("        a_next, yt_pred", "        a.append(a_next)\n        a_next, yt_pred"),
        ("        a.append(a_next)\n        y", "        y"),
    ),
    _mistake(
        4,
        "all steps of a hold the last state: the same place is written every time",
        ("np.stack(a, axis=2)", "np.stack(a[-1:] * T_x, axis=2)"),
    ),
    _mistake(
        4,
        "a and y_pred are returned in the wrong order",
        (
            "return np.stack(a, axis=2), np.stack(y_pred, axis=2)",
            "return np.stack(y_pred, axis=2), np.stack(a, axis=2)",
        ),
    ),
)


def _gate_mistakes() -> tuple[Mistake, ...]:
    """The bias of each gate forgotten, and the weights or the activation of another gate copied."""
    found = [_mistake(3, f"the bias b{gate} is forgotten", (f' + p["b{gate}"])', ")")) for gate in "fico"]
    copies = (("ft", "f", "i"), ("it", "i", "f"), ("ot", "o", "f"), ("ot", "o", "i"), ("cct", "c", "i"))
    for name, gate, other in copies:
        found.append(
            _mistake(
                3,
                f"{name} is computed with W{other} and b{other} instead of W{gate} and b{gate}",
                (f'p["W{gate}"] @ stack + p["b{gate}"]', f'p["W{other}"] @ stack + p["b{other}"]'),
            )
        )
    return tuple(found)


LSTM_CELL = (
    _mistake(2, "xt stands above a_prev in the stack instead of below it", ("(a_prev, xt)", "(xt, a_prev)")),
    *_gate_mistakes(),
    _mistake(
        3, "the candidate's activation is sigmoid instead of tanh", ('np.tanh(p["Wc"]', 'sigmoid(p["Wc"]')
    ),
    _mistake(
        4,
        "the forget gate and the update gate are exchanged",
        ("ft * c_prev + it * cct", "it * c_prev + ft * cct"),
    ),
    _mistake(4, "the forget gate is left out", ("ft * c_prev + it", "c_prev + it")),
    _mistake(4, "the update gate is left out", ("+ it * cct", "+ cct")),
    _mistake(4, "the update gate is 1 - ft, as a GRU has it", ("+ it * cct", "+ (1 - ft) * cct")),
    _mistake(4, "a_prev is kept instead of c_prev", ("ft * c_prev +", "ft * a_prev +")),
    _mistake(5, "the tanh of c_next is forgotten", ("ot * np.tanh(c_next)", "ot * c_next")),
    _mistake(5, "the output gate is left out", ("ot * np.tanh(c_next)", "np.tanh(c_next)")),
    _mistake(5, "c_prev is taken instead of c_next", ("ot * np.tanh(c_next)", "ot * np.tanh(c_prev)")),
    *_softmax_mistakes(6, 'p["Wy"]'),
    _mistake(
        6, "the prediction is made from c_next instead of a_next", ('p["Wy"] @ a_next', 'p["Wy"] @ c_next')
    ),
    _mistake(7, "ot and cct are exchanged in the cache", ("ft, it, cct, ot, xt", "ft, it, ot, cct, xt")),
    _mistake(7, "ft and it are exchanged in the cache", ("c_prev, ft, it,", "c_prev, it, ft,")),
    _mistake(
        7,
        "a_prev and c_prev are exchanged in the cache",
        ("(a_next, c_next, a_prev, c_prev,", "(a_next, c_next, c_prev, a_prev,"),
    ),
)

_LSTM_CALL = "lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)"
LSTM_SEQUENCE = (
    *_sequence_mistakes("y", _LSTM_CALL, "a y c"),
    _mistake(
        3,
        "c_next is not carried: every step starts from zeros",
        (_LSTM_CALL, _LSTM_CALL.replace("c_next", "np.zeros_like(a0)")),
    ),
    _mistake(
        3,
        "neither a_next nor c_next is carried: every step starts from a0 and zeros",
        (_LSTM_CALL, "lstm_cell_forward(x[:, :, t], a0, np.zeros_like(a0), parameters)"),
    ),
    _mistake(
        3,
        "a_next and c_next are exchanged in the call of the cell",
        (_LSTM_CALL, _LSTM_CALL.replace("a_next, c_next", "c_next, a_next")),
    ),
    _mistake(
        2, "the first c is a0 instead of zeros", ("np.zeros_like(a0) if c0 is None", "a0 if c0 is None")
    ),
    _mistake(
        2,
        "the first a is zeros instead of a0",
        ("a_next, c_next = a0,", "a_next, c_next = np.zeros_like(a0),"),
    ),
    _mistake(4, "a_next is stored in c", ("c.append(c_next)", "c.append(a_next)")),
    _mistake(4, "c_next is stored in a", ("a.append(a_next)", "a.append(c_next)")),
    _mistake(
        5,
        "c and y are returned in the wrong order: a, y, c, caches is expected",
        ("np.stack(y, axis=2), np.stack(c, axis=2)", "np.stack(c, axis=2), np.stack(y, axis=2)"),
    ),
)

RNN_CELL_BACKWARD = (
    _mistake(2, "the slope of tanh is written 1 - a instead of 1 - a²", ("(1 - a_next**2)", "(1 - a_next)")),
    _mistake(2, "the slope of tanh is left out", ("da_next * (1 - a_next**2)", "da_next")),
    _mistake(
        2,
        "the slope is that of sigmoid, a (1 - a), instead of 1 - a²",
        ("(1 - a_next**2)", "a_next * (1 - a_next)"),
    ),
    _mistake(2, "the slope is taken at a_prev instead of a_next", ("(1 - a_next**2)", "(1 - a_prev**2)")),
    _mistake(
        2,
        "tanh is taken once more: a_next is tanh already, its slope 1 - a²",
        ("(1 - a_next**2)", "(1 - np.tanh(a_next) ** 2)"),
    ),
    _mistake(2, "da_next is left out", ("da_next * (1 - a_next**2)", "1 - a_next**2")),
    _mistake(4, "Waa is not transposed", ('parameters["Waa"].T @ dz', 'parameters["Waa"] @ dz')),
    _mistake(4, "dWaa is computed with a_next instead of a_prev", ("dz @ a_prev.T", "dz @ a_next.T")),
    _mistake(4, "dWaa is transposed", ("dz @ a_prev.T", "a_prev @ dz.T")),
    _mistake(
        3,
        "the gradients of the parameters are divided by m: they are sums over the examples",
        ("dz @ xt.T", "dz @ xt.T / xt.shape[1]"),
        ("dz @ a_prev.T", "dz @ a_prev.T / xt.shape[1]"),
        ("dz.sum(axis=1, keepdims=True)", "dz.mean(axis=1, keepdims=True)"),
    ),
    _mistake(5, "dba is the mean over the examples instead of the sum", ("dz.sum(axis=1", "dz.mean(axis=1")),
    _mistake(
        5, "keepdims=True is forgotten in the sum of dba", ("dz.sum(axis=1, keepdims=True)", "dz.sum(axis=1)")
    ),
    _mistake(
        5,
        "dba is the sum over the units (axis 0) instead of the examples",
        ("dz.sum(axis=1", "dz.sum(axis=0"),
    ),
    _mistake(
        5,
        "dba is the sum over units and examples: axis=1 is forgotten",
        ("dz.sum(axis=1, keepdims=True)", "dz.sum() * np.ones((len(dz), 1))"),
    ),
    _mistake(
        5,
        "dba is the sum of da_next: the slope of tanh is left out there",
        ("dz.sum(axis=1", "da_next.sum(axis=1"),
    ),
)

_OVERWRITTEN = ("total.get(name, 0) + gradient", "gradient")
_BACKWARDS_IN_TIME = (
    ("reversed(range(T_x))", "range(T_x)"),
    ("np.stack(dx[::-1], axis=2)", "np.stack(dx, axis=2)"),
)
_DX_REVERSED = ("np.stack(dx[::-1], axis=2)", "np.stack(dx, axis=2)")

RNN_BACKWARD = (
    _mistake(6, "da_prev is not carried to the step before", ("da[:, :, t] + da_prev", "da[:, :, t]")),
    _mistake(
        6,
        "da[:, :, t] is not added to what comes from the later step",
        ("da[:, :, t] + da_prev", "(da[:, :, t] if t == T_x - 1 else da_prev)"),
    ),
    _mistake(6, "the loop runs from the first step to the last", *_BACKWARDS_IN_TIME),
    _mistake(6, "every step uses the cache of the first", ("steps[t])", "steps[0])")),
    _mistake(6, "every step uses da of the last step", ("da[:, :, t] + da_prev", "da[:, :, -1] + da_prev")),
    _mistake(
        6,
        "the loop leaves out step 0",
        ("reversed(range(T_x))", "reversed(range(1, T_x))"),
        ("np.stack(dx[::-1], axis=2)", "np.dstack([0 * steps[0][2], *dx[::-1]])"),
    ),
    _mistake(7, "the parameters' gradients are overwritten in each step instead of added up", _OVERWRITTEN),
    _mistake(
        7,
        "the parameters' gradients are averaged over the steps instead of added up",
        ("**total}", "**{k: v / T_x for k, v in total.items()}}"),
    ),
    _mistake(8, "dx is in the reverse order", _DX_REVERSED),
    _mistake(9, "da0 is never set", ('"da0": da_prev', '"da0": 0 * da_prev')),
    _mistake(
        9,
        "da0 is da of the first step instead of what flows into a0",
        ('"da0": da_prev', '"da0": da[:, :, 0]'),
    ),
)

_DC = "dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)"
_REACHES = "(dc_next * {x} + ot * (1 - np.tanh(c_next) ** 2) * {x} * da_next * {slope})"
_HANDOUT = {
    "f": ("dzf = dc * c_prev * ft * (1 - ft)", "dzf = " + _REACHES.format(x="c_prev", slope="ft * (1 - ft)")),
    "i": ("dzi = dc * cct * it * (1 - it)", "dzi = " + _REACHES.format(x="cct", slope="it * (1 - it)")),
    "c": ("dzc = dc * it * (1 - cct**2)", "dzc = " + _REACHES.format(x="it", slope="(1 - cct**2)")),
}

LSTM_CELL_BACKWARD = (
    _mistake(
        2,
        "the equations (8) to (10) of the 2018 handout are taken literally: there brackets are missing, and "
        "dc_next is not multiplied by the slopes",
        *_HANDOUT.values(),
    ),
    _mistake(
        2,
        "dc_next is not multiplied by the slope of the forget gate (brackets are missing in equation 10)",
        _HANDOUT["f"],
    ),
    _mistake(
        2,
        "dc_next is not multiplied by the slope of the update gate (brackets are missing in equation 9)",
        _HANDOUT["i"],
    ),
    _mistake(
        2,
        "dc_next is not multiplied by the slope of the candidate's tanh (brackets are missing in equation 8)",
        _HANDOUT["c"],
    ),
    _mistake(2, "dc_next is left out", (_DC, _DC.replace("dc_next + ", ""))),
    _mistake(2, "what reaches c_next through a_next is left out", (_DC, "dc = dc_next")),
    _mistake(
        2,
        "the slope of tanh is written 1 - c² instead of 1 - tanh(c)²",
        ("(1 - np.tanh(c_next) ** 2)", "(1 - c_next**2)"),
    ),
    _mistake(
        2,
        "the slope of tanh is left out on the way from a_next to c_next",
        (_DC, "dc = dc_next + da_next * ot"),
    ),
    _mistake(
        2,
        "the output gate is left out on the way from a_next to c_next",
        ("da_next * ot * (1 - np", "da_next * (1 - np"),
    ),
    _mistake(
        2,
        "the slope of the forget gate, ft (1 - ft), is left out",
        ("dc * c_prev * ft * (1 - ft)", "dc * c_prev"),
    ),
    _mistake(
        2, "the slope of the update gate, it (1 - it), is left out", ("dc * cct * it * (1 - it)", "dc * cct")
    ),
    _mistake(
        2,
        "the slope of the output gate, ot (1 - ot), is left out",
        ("np.tanh(c_next) * ot * (1 - ot)", "np.tanh(c_next)"),
    ),
    _mistake(2, "the slope of the candidate's tanh is left out", ("dc * it * (1 - cct**2)", "dc * it")),
    _mistake(
        2, "the slope of the candidate is written 1 - cct instead of 1 - cct²", ("(1 - cct**2)", "(1 - cct)")
    ),
    _mistake(
        2,
        "tanh is taken of the candidate once more: cct is tanh already",
        ("(1 - cct**2)", "(1 - np.tanh(cct) ** 2)"),
    ),
    _mistake(
        2, "the forget gate's gradient has c_next instead of c_prev", ("dc * c_prev * ft", "dc * c_next * ft")
    ),
    _mistake(
        2,
        "the output gate's gradient has c_next instead of tanh(c_next)",
        ("dzo = da_next * np.tanh(c_next)", "dzo = da_next * c_next"),
    ),
    _mistake(3, "xt stands above a_prev in the stack instead of below it", ("(a_prev, xt)", "(xt, a_prev)")),
    _mistake(
        3,
        "the weights' gradients are divided by m: they are sums over the examples",
        ("dz @ stack.T", "dz @ stack.T / xt.shape[1]"),
    ),
    _mistake(
        4,
        "keepdims=True is forgotten in the sums of the biases",
        ("dz.sum(axis=1, keepdims=True)", "dz.sum(axis=1)"),
    ),
    _mistake(
        4,
        "the biases' gradients are means over the examples instead of sums",
        ("dz.sum(axis=1", "dz.mean(axis=1"),
    ),
    _mistake(
        5,
        "dc_prev is dc_next times ft: what reaches c_next through a_next is left out",
        ('"dc_prev": dc * ft', '"dc_prev": dc_next * ft'),
    ),
    _mistake(5, "dc_prev has it instead of ft", ('"dc_prev": dc * ft', '"dc_prev": dc * it')),
    _mistake(5, "dc_prev lacks the forget gate", ('"dc_prev": dc * ft', '"dc_prev": dc')),
    *(
        _mistake(5, f"da_prev and dxt lack what flows through {name}", (term, ""))
        for name, term in (
            ("the update gate", ' + p["Wi"].T @ dzi'),
            ("the candidate", ' + p["Wc"].T @ dzc'),
            ("the output gate", ' + p["Wo"].T @ dzo'),
        )
    ),
    _mistake(
        5,
        "the columns of xt and of a_prev are exchanged: the first n_a belong to a_prev",
        (
            '"dxt": dstack[n_a:], "da_prev": dstack[:n_a]',
            '"dxt": dstack[:len(xt)], "da_prev": dstack[len(xt):]',
        ),
    ),
)

_CARRIED = "lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])"
_ONE_ARRAY = "**{k: sum(total[n] for n in total if n[:2] == k[:2]) for k in total}}"

LSTM_BACKWARD = (
    _mistake(
        4,
        "dc_prev is not carried to the step before",
        (_CARRIED, _CARRIED.replace("dc_prev", "np.zeros_like(dc_prev)")),
    ),
    _mistake(3, "da_prev is not carried to the step before", (_CARRIED, _CARRIED.replace(" + da_prev", ""))),
    _mistake(
        3,
        "neither da_prev nor dc_prev is carried to the step before, as in the 2018 handout, whose numbers "
        "are no gradient",
        (_CARRIED, "lstm_cell_backward(da[:, :, t], np.zeros_like(dc_prev), steps[t])"),
    ),
    _mistake(
        3,
        "da[:, :, t] is not added to what comes from the later step",
        ("da[:, :, t] + da_prev", "(da[:, :, t] if t == T_x - 1 else da_prev)"),
    ),
    _mistake(4, "da_prev is passed as dc_next too", (_CARRIED, _CARRIED.replace("dc_prev", "da_prev"))),
    _mistake(2, "the loop runs from the first step to the last", *_BACKWARDS_IN_TIME),
    _mistake(2, "every step uses the cache of the first", ("steps[t])", "steps[0])")),
    _mistake(
        1,
        "the number of steps is taken from caches instead of from da, which may have fewer",
        ("range(T_x)", "range(len(steps))"),
    ),
    _mistake(5, "the parameters' gradients are overwritten in each step instead of added up", _OVERWRITTEN),
    _mistake(
        5,
        "the four gates share one array of zeros (dWf = dWi = ...), so that each holds the sum of all",
        ("**total}", _ONE_ARRAY),
    ),
    _mistake(
        5,
        "the biases dbi, dbc and dbo start from dbf, as in the 2018 handout's table",
        ("**total}", '**total, **{f"db{g}": total[f"db{g}"] + total["dbf"] for g in "ico"}}'),
    ),
    _mistake(6, "dx is in the reverse order", _DX_REVERSED),
    _mistake(7, "da0 is never set", ('"da0": da_prev', '"da0": 0 * da_prev')),
    _mistake(
        7,
        "da0 is da of the first step instead of what flows into a0",
        ('"da0": da_prev', '"da0": da[:, :, 0]'),
    ),
    _mistake(7, "da0 is dc_prev instead of da_prev", ('"da0": da_prev', '"da0": dc_prev')),
)
