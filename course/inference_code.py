"""The jazz exercise's `inference_model`: `from course.inference_code import *`."""

import keras

__all__ = ["inference_model"]


def inference_model(
    LSTM_cell: keras.layers.Layer, densor: keras.layers.Layer, n_x: int = 78, n_a: int = 64, Ty: int = 100
) -> keras.Model:
    """Builds a network whose steps read the probabilities of the step before.

    The network of the exercise, `course.jazz.music_inference_model`, reads the one-hot of the likeliest token
    instead, which is what it was trained on.

    Args:
        LSTM_cell: The shared LSTM layer.
        densor: The shared softmax layer.
        n_x: Values.
        n_a: Hidden units.
        Ty: Steps.

    Returns:
        A model of [x0 (m, 1, n_x), a0 (m, n_a), c0 (m, n_a)] -> Ty outputs (m, n_x).
    """
    x0 = keras.Input((1, n_x), name="x0")
    a0, c0 = keras.Input((n_a,), name="a0"), keras.Input((n_a,), name="c0")
    x, a, c, outputs = x0, a0, c0, []
    for _ in range(Ty):
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        outputs.append(densor(a))
        x = keras.ops.expand_dims(outputs[-1], axis=1)
    return keras.Model([x0, a0, c0], outputs, name="inference")
