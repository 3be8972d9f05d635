"""Dinosaur names: the course's character model, its functions under the course's names.

The passes themselves are in models.dinos.network; training that can be stopped and taken up again is in
models.dinos.training. Letters: n symbols in the vocabulary, n_a hidden units. Parameters: Wax (n_a, n),
Waa (n_a, n_a), Wya (n, n_a), b (n_a, 1), by (n, 1); a gradient is d + its parameter. The newline is the
end of a name. Random draws use NumPy's legacy generator where the published figures need it.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from models.dinos import network as dinos_network
from models.dinos.network import Floats, Network, Parameters, Pass, indices
from models.numpy_core import softmax
from utils import sampling
from utils.vocabulary import Vocabulary

PARAMETERS = ("Wax", "Waa", "Wya", "b", "by")
N_A = 50
LEARNING_RATE = 0.01
MOST_GRADIENT = 5.0  # the course clips every gradient to -5 .. 5
LONGEST = 50  # characters after which a sampled name is cut
REPORT_EVERY = 2000


def initialize_parameters(n_a: int, n_x: int, n_y: int, seed: int = 1) -> Parameters:
    """Small random weights, drawn in the order Wax, Waa, Wya, and zero biases."""
    random = np.random.RandomState(seed)
    return {
        "Wax": random.randn(n_a, n_x) * 0.01,
        "Waa": random.randn(n_a, n_a) * 0.01,
        "Wya": random.randn(n_y, n_a) * 0.01,
        "b": np.zeros((n_a, 1)),
        "by": np.zeros((n_y, 1)),
    }


def get_initial_loss(vocab_size: int, seq_length: int) -> float:
    """The loss of guessing: -ln(1 / vocab_size) for each of seq_length symbols, in nats."""
    return math.log(vocab_size) * seq_length


def smooth(loss: float, cur_loss: float) -> float:
    """The running loss after one more name."""
    return loss * 0.999 + cur_loss * 0.001


def clip(gradients: Mapping[str, Floats], maxValue: float) -> Parameters:
    """New gradients with every number between -maxValue and maxValue; the caller's stay as they are."""
    return {name: np.clip(array, -maxValue, maxValue) for name, array in gradients.items()}


def rnn_forward(
    X: Sequence[int | None],
    Y: Sequence[int],
    a0: Floats,
    parameters: Mapping[str, Floats],
    vocab_size: int = 27,
) -> tuple[float, Pass]:
    """Reads a name and scores what comes out.

    Args:
        X: Indices read, one a step; None is the zero vector.
        Y: Indices that should come out.
        a0: (n_a, 1), the state before the first step.
        parameters: The five arrays.
        vocab_size: n.

    Returns:
        The cross-entropy in nats, summed over the steps, and the cache for `rnn_backward`.

    Raises:
        ValueError: X and Y differ in length, or an index or a shape does not fit.
    """
    _check(X, Y, a0, parameters, vocab_size)
    return dinos_network.forward(Network.of(parameters), indices(X), indices(Y), a0[:, 0])


def rnn_backward(
    X: Sequence[int | None], Y: Sequence[int], parameters: Mapping[str, Floats], cache: Pass
) -> tuple[Parameters, Floats]:
    """The gradient of `rnn_forward`'s loss, and the states a (T + 1, n_a), the first being a0."""
    gradients = dinos_network.backward(Network.of(parameters), cache).parameters()
    return {f"d{name}": gradients[name] for name in PARAMETERS}, cache.a


def update_parameters(
    parameters: Parameters, gradients: Mapping[str, Floats], learning_rate: float
) -> Parameters:
    """One step of gradient descent; the arrays given are changed, and returned."""
    for name in PARAMETERS:
        parameters[name] -= learning_rate * gradients[f"d{name}"]
    return parameters


def optimize(
    X: Sequence[int | None],
    Y: Sequence[int],
    a_prev: Floats,
    parameters: Parameters,
    learning_rate: float = LEARNING_RATE,
) -> tuple[float, Parameters, Floats]:
    """One name's step: forward, backward, clip at 5, update. The parameters are changed in place.

    Returns:
        The loss before the step, the clipped gradients, and the state after the name (n_a, 1).

    Raises:
        ValueError: As `rnn_forward`.
    """
    loss, cache = rnn_forward(X, Y, a_prev, parameters, len(parameters["by"]))
    gradients, a = rnn_backward(X, Y, parameters, cache)
    gradients = clip(gradients, MOST_GRADIENT)
    update_parameters(parameters, gradients, learning_rate)
    return loss, gradients, a[-1][:, None].copy()


def sample(parameters: Mapping[str, Floats], char_to_ix: Mapping[str, int], seed: int) -> list[int]:
    """One name as indices, drawn as the course draws it: a new legacy seed for every character.

    It ends with the newline, which is added if the name is cut at 50 characters.
    """
    newline, n = char_to_ix["\n"], len(parameters["by"])
    a_prev, index, drawn = np.zeros((len(parameters["b"]), 1)), None, list[int]()
    while index != newline and len(drawn) < LONGEST:
        a_prev, y = _step(parameters, a_prev, index)
        # The seed grows by one with the counter, so their sum, which seeds the draw, grows by two.
        random = np.random.RandomState(seed + 2 * len(drawn))
        index = int(random.choice(n, p=y[:, 0]))
        drawn.append(index)
    return [*drawn, newline] if len(drawn) == LONGEST else drawn


def print_sample(sample_ix: Sequence[int], ix_to_char: Mapping[int, str]) -> None:
    """Prints a sampled name, its first letter in upper case; its newline ends the line."""
    text = "".join(ix_to_char[index] for index in sample_ix)
    print(text[:1].upper() + text[1:], end="")


def model(
    data: str | Sequence[str],
    ix_to_char: Mapping[int, str],
    char_to_ix: Mapping[str, int],
    num_iterations: int = 35000,
    n_a: int = N_A,
    dino_names: int = 7,
    vocab_size: int = 27,
) -> Parameters:
    """Trains on names in the course's way, and prints the loss and sampled names every 2000 iterations.

    Args:
        data: The text, a name a line, or the names.
        ix_to_char: Symbols by index.
        char_to_ix: Indices by symbol, the newline among them.
        num_iterations: Names to read, over and over in one shuffled order.
        n_a: Hidden units.
        dino_names: Names to print at each report.
        vocab_size: n.

    Returns:
        The trained parameters.

    Raises:
        ValueError: There is no name, or char_to_ix is not the inverse of ix_to_char.
        UserError: A name has a symbol that is not in char_to_ix, or the loss exploded.
    """
    from models.dinos.training import Training

    vocabulary = Vocabulary([ix_to_char[index] for index in range(vocab_size)])
    if any(vocabulary.index[symbol] != char_to_ix.get(symbol) for symbol in vocabulary.symbols):
        raise ValueError("char_to_ix must be the inverse of ix_to_char, got another numbering")
    training = Training(read_names(data), vocabulary, n_a, dino_names=dino_names)
    for iteration in range(num_iterations):
        training.step()
        if iteration % REPORT_EVERY == 0:
            report(iteration, training.state.loss, training.parameters(), vocabulary, dino_names)
    return training.parameters()


def report(
    iteration: int,
    loss: float,
    parameters: Mapping[str, Floats],
    vocabulary: Vocabulary,
    dino_names: int = 7,
) -> None:
    """Prints the loss and the names that the seeds 0, 1, 2, ... give, as the course does."""
    print(f"Iteration: {iteration}, Loss: {loss:.6f}\n")
    for seed in range(dino_names):
        print_sample(sample(parameters, vocabulary.index, seed), dict(enumerate(vocabulary.symbols)))
    print(flush=True)


def read_names(data: str | Sequence[str]) -> list[str]:
    """Names lower-cased and stripped, empty lines left out."""
    lines = data.split("\n") if isinstance(data, str) else data
    return [name for line in lines if (name := line.lower().strip())]


def generate(
    parameters: Mapping[str, Floats],
    vocabulary: Vocabulary,
    generator: np.random.Generator,
    temperature: float = 1.0,
    start: str = "",
) -> str:
    """A name, drawn with an explicit generator.

    Args:
        parameters: The five arrays.
        vocabulary: The symbols, the newline among them.
        generator: The source of randomness.
        temperature: Below 1 tamer, above 1 wilder.
        start: What the name begins with.

    Returns:
        The name without its newline, at most 50 characters and never empty.
    """
    newline, read = vocabulary.index["\n"], vocabulary.encode(start)
    a, y = _step(parameters, np.zeros((len(parameters["b"]), 1)), None)
    for index in read:
        a, y = _step(parameters, a, index)
    while len(read) < LONGEST:
        probabilities = y[:, 0]
        if not read:  # a name has a first letter
            letters = np.arange(len(vocabulary)) != newline
            # A network that is quite sure of the newline says nothing about the letters.
            probabilities = np.where(letters, probabilities if probabilities[letters].any() else 1, 0)
        index = sampling.sample(probabilities, generator, temperature)
        if index == newline:
            break
        read.append(index)
        a, y = _step(parameters, a, index)
    return "".join(vocabulary.decode(read))


def _step(parameters: Mapping[str, Floats], a_prev: Floats, index: int | None) -> tuple[Floats, Floats]:
    """A step from one symbol: the state (n_a, 1) and the probabilities (n, 1)."""
    p = parameters
    z = p["Waa"] @ a_prev  # (n_a, 1)
    if index is not None:
        z = p["Wax"][:, [index]] + z
    a = np.tanh(z + p["b"])
    return a, np.asarray(softmax(p["Wya"] @ a + p["by"]), dtype=np.float64)  # (n_a, 1), (n, 1)


def _check(
    X: Sequence[int | None], Y: Sequence[int], a0: Floats, parameters: Mapping[str, Floats], vocab_size: int
) -> None:
    if not X or len(X) != len(Y):
        raise ValueError(f"X and Y must be of one length, 1 or more, got {len(X)} and {len(Y)}")
    known = range(vocab_size)
    for name, symbols in (("X", X[1:]), ("X[0]", X[:1]), ("Y", Y)):
        for symbol in symbols:
            if symbol not in known and not (name == "X[0]" and symbol is None):
                raise ValueError(f"{name} must hold indices from 0 to {vocab_size - 1}, got {symbol}")
    n_a = len(parameters["b"])
    shapes = {"Wax": (n_a, vocab_size), "Waa": (n_a, n_a), "Wya": (vocab_size, n_a), "by": (vocab_size, 1)}
    for name, wanted in (shapes | {"b": (n_a, 1)}).items():
        if parameters[name].shape != wanted:
            raise ValueError(f"parameters[{name!r}] must have shape {wanted}, got {parameters[name].shape}")
    if np.shape(a0) != (n_a, 1):
        raise ValueError(f"a0 must have shape {(n_a, 1)}, got {np.shape(a0)}")
