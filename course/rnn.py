"""What "RNN step by step" asks for: the eight functions of the plain cell and of the LSTM.

They are `models.numpy_core`'s, which has the GRU and the two directions too. `lstm_backward` returns dc0
beside the course's names.
"""

from models.numpy_core import (
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)

__all__ = [
    "lstm_backward",
    "lstm_cell_backward",
    "lstm_cell_forward",
    "lstm_forward",
    "rnn_backward",
    "rnn_cell_backward",
    "rnn_cell_forward",
    "rnn_forward",
]
