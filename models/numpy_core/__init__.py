"""The recurrent cells from scratch in NumPy, each with its exact gradient.

`models.numpy_core.gradcheck` checks the gradients; `models.engine` has the same cells again, for speed.
"""

from models.numpy_core.activations import sigmoid, softmax
from models.numpy_core.bidirectional import bidirectional_backward, bidirectional_forward
from models.numpy_core.gru import gru_backward, gru_cell_backward, gru_cell_forward, gru_forward
from models.numpy_core.lstm import lstm_backward, lstm_cell_backward, lstm_cell_forward, lstm_forward
from models.numpy_core.one_hot import rnn_backward_one_hot, rnn_forward_one_hot
from models.numpy_core.rnn import rnn_backward, rnn_cell_backward, rnn_cell_forward, rnn_forward

__all__ = [
    "bidirectional_backward",
    "bidirectional_forward",
    "gru_backward",
    "gru_cell_backward",
    "gru_cell_forward",
    "gru_forward",
    "lstm_backward",
    "lstm_cell_backward",
    "lstm_cell_forward",
    "lstm_forward",
    "rnn_backward",
    "rnn_backward_one_hot",
    "rnn_cell_backward",
    "rnn_cell_forward",
    "rnn_forward",
    "rnn_forward_one_hot",
    "sigmoid",
    "softmax",
]
