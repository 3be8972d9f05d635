"""The table of shapes: what it says is what Keras has and what the engine takes."""

import keras
import pytest

from models.keras_weights import get_arrays
from models.shapes import EMBEDDING, GATES, recurrent_shapes, stacked_shapes

LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}


@pytest.mark.parametrize("embedding", [None, 11])
@pytest.mark.parametrize("reset_after", [False, True])
@pytest.mark.parametrize("kind", GATES)
def test_keras_has_the_same_arrays(kind: str, reset_after: bool, embedding: int | None) -> None:
    options = {"reset_after": reset_after} if kind == "gru" else {}
    x = inputs = keras.Input((None,) if embedding else (None, 5))
    if embedding:
        x = keras.layers.Embedding(embedding, 5, name="embedding")(x)
    x = LAYERS[kind](4, return_sequences=True, name=f"{kind}_1", **options)(x)
    x = LAYERS[kind](3, name=f"{kind}_2", **options)(x)
    model = keras.Model(inputs, keras.layers.Dense(2, name="dense")(x))
    found = {name: array.shape for name, array in get_arrays(model).items()}
    assert found == stacked_shapes(kind, 5, (4, 3), 2, embedding=embedding, reset_after=reset_after)


def test_layers_are_numbered_and_each_reads_the_one_before() -> None:
    shapes = stacked_shapes("lstm", 7, (6, 4), 3, embedding=9)
    assert list(shapes)[0] == EMBEDDING
    assert shapes[EMBEDDING] == (9, 7)
    assert recurrent_shapes("lstm_2", "lstm", 6, 4).items() <= shapes.items()
    assert shapes["dense/kernel"] == (4, 3)
