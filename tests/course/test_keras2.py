"""Keras 2's Adam and Model on Keras 3."""

import keras
import numpy as np
import pytest

from course.keras2 import Adam, Model


def test_adam_has_keras_2s_names_and_decay() -> None:
    assert float(Adam(lr=0.25).learning_rate) == 0.25
    decayed = Adam(lr=0.01, beta_1=0.8, decay=0.5)
    assert decayed.beta_1 == 0.8
    decayed.iterations.assign(2)
    assert float(decayed.learning_rate) == pytest.approx(0.01 / (1 + 0.5 * 2))
    assert float(Adam(learning_rate=0.02).learning_rate) == pytest.approx(0.02)


def test_one_list_of_metrics_does_for_all_outputs_and_zero_targets_cost_nothing() -> None:
    inputs = keras.Input((3,))
    dense = [keras.layers.Dense(4, activation="softmax", name=f"d{number}") for number in range(2)]
    model = Model(inputs, [layer(inputs) for layer in dense])
    model.compile(Adam(lr=0.1), "categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    X, Y = np.eye(3), [np.eye(4)[:3], np.zeros((3, 4))]
    before = dense[1].get_weights()
    history = model.fit(X, Y, epochs=1, verbose=0).history
    assert {"d0_accuracy", "d1_accuracy"} <= set(history)
    for old, new in zip(before, dense[1].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_model_of_one_output_is_kerass() -> None:
    inputs = keras.Input((3,))
    model = Model(inputs, keras.layers.Dense(4, activation="softmax")(inputs))
    model.compile("sgd", "categorical_crossentropy", ["accuracy"])
    assert model.loss == "categorical_crossentropy"
