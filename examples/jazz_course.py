"""The jazz exercise's cells as the course has them: djmodel trained with fit, then music_inference_model.

    python -m examples.jazz_course [SOLO.mid]

Without a file: the bundled tune. With the course's file, original_metheny.mid, and 100 epochs the
published loss is 5.7 to 6.2. `python -m apps.jazz train` trains the same layers ten times faster.
"""

import sys
from pathlib import Path

import numpy as np

from data.solos import reading as solos
from models import jazz
from utils import backend

Tx = 30
n_a = 64


def main(midi: str | Path = solos.BUNDLED, epochs: int = 100, Ty: int = 50) -> None:
    """Trains on a solo and prints the tokens that the network plays from zero states.

    Args:
        midi: The solo's file.
        epochs: Passes over the 60 examples.
        Ty: Tokens to generate.
    """
    backend.keras()  # import Keras without TensorFlow's log lines
    solo = solos.read_solo(midi)
    X, Y = solos.training_examples(solo.flat_tokens, solo.vocabulary, m=60, T_x=Tx)
    n_values = len(solo.vocabulary)

    reshaper, LSTM_cell, densor = jazz.shared_layers(n_values, n_a)
    model = jazz.djmodel(Tx=Tx, LSTM_cell=LSTM_cell, densor=densor, reshaper=reshaper)
    # Keras 3's Adam has no decay argument; its metrics want a list for each output, not ["accuracy"]; and
    # its "categorical_crossentropy" has a wrong gradient for the last output, whose targets are all zero.
    model.compile(optimizer=jazz.adam(decay=0.01), loss=jazz.masked_crossentropy)
    a0, c0 = np.zeros((len(X), n_a)), np.zeros((len(X), n_a))
    model.fit([X, a0, c0], list(Y), epochs=epochs, verbose=2)

    inference_model = jazz.music_inference_model(LSTM_cell, densor, Ty=Ty)  # the same layer objects
    x_initializer = np.zeros((1, 1, n_values))
    a_initializer, c_initializer = np.zeros((1, n_a)), np.zeros((1, n_a))
    _, indices = jazz.predict_and_sample(inference_model, x_initializer, a_initializer, c_initializer)
    print(*solo.vocabulary.decode(indices[:, 0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
