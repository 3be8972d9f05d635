"""What the dinosaur exercise asks for: clip, sample, optimize, model; and what it prints with.

The arithmetic is that of `models.dinos`. Here are the course's contracts: parameters whose hidden bias is
`b` or `ba`, a new legacy seed for every sampled character, and `model` of 2018 and of 2021. Letters: n
symbols in the vocabulary, n_a hidden units. The newline is the end of a name.
"""

from collections.abc import Mapping, Sequence
from typing import overload

import numpy as np

from course.names import Arrays, as_in, with_b
from models.dinos import course as ours
from models.numpy_core.shapes import Array

__all__ = ["clip", "model", "optimize", "sample"]

MAX_LENGTH = ours.MAX_LENGTH
REPORT_EVERY = 2000  # iterations


def clip(gradients: Mapping[str, Array], maxValue: float) -> Arrays:
    """New gradients with every number between -maxValue and maxValue; the caller's are not changed."""
    return Arrays(ours.clip(gradients, maxValue))


def sample(parameters: Mapping[str, Array], char_to_ix: Mapping[str, int], seed: int) -> list[int]:
    """Draws one name as indices in the course's way: with a new legacy seed for every character.

    Args:
        parameters: Wax (n_a, n), Waa (n_a, n_a), Wya (n, n_a), b or ba (n_a, 1), by (n, 1).
        char_to_ix: Indices by symbol, the newline among them.
        seed: Of the first character. It grows by one with the counter of the characters, so that their
            sum, which seeds each draw, grows by two.

    Returns:
        Indices; the last is the newline, which is added if the name is cut at 50 characters.
    """
    parameters, newline = with_b(parameters), char_to_ix["\n"]
    a_prev: Array = np.zeros((len(parameters["b"]), 1))
    index, drawn = None, list[int]()
    while index != newline and len(drawn) < MAX_LENGTH:
        a_prev, y = ours.step(parameters, a_prev, index)
        random = np.random.RandomState(seed + 2 * len(drawn))
        index = int(random.choice(len(y), p=y))
        drawn.append(index)
    return [*drawn, newline] if len(drawn) == MAX_LENGTH else drawn


def optimize(
    X: Sequence[int | None],
    Y: Sequence[int],
    a_prev: Array,
    parameters: Mapping[str, Array],
    learning_rate: float = ours.LEARNING_RATE,
) -> tuple[float, Arrays, Array]:
    """One name's step: forward, backward, clip at 5, update. The parameters are changed in place.

    Args:
        X: Input indices; the first may be None, the zero vector.
        Y: Expected indices.
        a_prev: (n_a, 1).
        parameters: Those of `sample`.
        learning_rate: The factor of a clipped gradient.

    Returns:
        The loss before the step in nats; the clipped gradients dWax, dWaa, dWya, db or dba, dby; and the
        state after the name (n_a, 1).

    Raises:
        ValueError: X and Y differ in length, or an index or a shape does not fit.
    """
    loss, gradients, a_last = ours.optimize(X, Y, a_prev, with_b(parameters), learning_rate)
    return loss, as_in(gradients, parameters), a_last


@overload
def model(  # type: ignore[overload-overlap]  # a text is a sequence of texts, too
    data_x: str,
    ix_to_char: Mapping[int, str],
    char_to_ix: Mapping[str, int],
    num_iterations: int = ...,
    n_a: int = ...,
    dino_names: int = ...,
    vocab_size: int = ...,
    verbose: bool = ...,
) -> Arrays: ...
@overload
def model(
    data_x: Sequence[str],
    ix_to_char: Mapping[int, str],
    char_to_ix: Mapping[str, int],
    num_iterations: int = ...,
    n_a: int = ...,
    dino_names: int = ...,
    vocab_size: int = ...,
    verbose: bool = ...,
) -> tuple[Arrays, str]: ...
def model(
    data_x: str | Sequence[str],
    ix_to_char: Mapping[int, str],
    char_to_ix: Mapping[str, int],
    num_iterations: int = 35000,
    n_a: int = ours.N_A,
    dino_names: int = 7,
    vocab_size: int = 27,
    verbose: bool = False,
) -> Arrays | tuple[Arrays, str]:
    """Trains on names in the course's way, and prints the loss and sampled names every 2000 iterations.

    `models.dinos.train` is the same loop with checkpoints.

    Args:
        data_x: The text, a name a line, as 2018's cells give it; or a list of names, as those since 2021.
        ix_to_char: Symbols by index.
        char_to_ix: Indices by symbol, the newline among them.
        num_iterations: Names to read, over and over in one shuffled order.
        n_a: Hidden units.
        dino_names: Names to print at each report.
        vocab_size: n.
        verbose: Whether to print the first name and the last of the first pass as indices.

    Returns:
        Of a text the trained parameters; of a list the parameters and the name that was printed last,
        with its newline.

    Raises:
        ValueError: There is no name, or a name has a symbol that is not in char_to_ix.
    """
    examples = ours.shuffled_examples(ours.read_names(data_x), char_to_ix)
    parameters = Arrays(ours.initialize_parameters(n_a, vocab_size, vocab_size))
    loss, last_name = ours.get_initial_loss(vocab_size, dino_names), ""
    a_prev: Array = np.zeros((n_a, 1))
    for iteration in range(num_iterations):
        X, Y = examples[iteration % len(examples)]
        cur_loss, _, a_prev = ours.optimize(X, Y, a_prev, parameters)
        if verbose and iteration in (0, len(examples) - 1, len(examples)):
            print(f"iteration {iteration}, name {iteration % len(examples)}: X = {X}, Y = {Y}")
        loss = ours.smooth(loss, cur_loss)
        if iteration % REPORT_EVERY == 0:
            last_name = report(iteration, loss, parameters, ix_to_char, char_to_ix, dino_names)
    return parameters if isinstance(data_x, str) else (parameters, last_name)


def report(
    iteration: int,
    loss: float,
    parameters: Mapping[str, Array],
    ix_to_char: Mapping[int, str],
    char_to_ix: Mapping[str, int],
    dino_names: int = 7,
) -> str:
    """Prints the loss and the names of the seeds 0, 1, 2, ..., as the course does; returns the last name."""
    print(f"Iteration: {iteration}, Loss: {loss:.6f}\n")
    name = ""
    for seed in range(dino_names):
        name = get_sample(sample(parameters, char_to_ix, seed), ix_to_char)
        print(name, end="")
    print(flush=True)
    return name


def get_sample(sample_ix: Sequence[int], ix_to_char: Mapping[int, str]) -> str:
    """A sampled name as text, its first letter in upper case, with its newline."""
    text = "".join(ix_to_char[index] for index in sample_ix)
    return text[:1].upper() + text[1:]


def print_sample(sample_ix: Sequence[int], ix_to_char: Mapping[int, str]) -> None:
    """Prints a sampled name, its first letter in upper case; its newline ends the line."""
    print(get_sample(sample_ix, ix_to_char), end="")
