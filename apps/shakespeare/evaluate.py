"""The verb `evaluate`: nats a character and accuracy, by windows and with the state carried."""

from dataclasses import replace

from apps.shakespeare import texts
from data import sonnets
from data.corpus import Corpus
from data.options import TextOptions
from models import shakespeare
from models.shakespeare import evaluation
from models.shakespeare.options import EvaluateOptions, NetworkOptions
from models.shakespeare.poems import PoemModel
from utils.errors import UserError

POEMS = 64  # written to count their words


def evaluate(
    network: NetworkOptions, options: EvaluateOptions, source: TextOptions, *, seed: int = 0
) -> None:
    """Prints how well a network predicts a text.

    Args:
        network: Which network; its state is the way to print, None: both.
        options: What is measured.
        source: Which text.
        seed: Of the poems whose words are counted.

    Raises:
        UserError: The network or the text cannot be read, or the text is shorter than a window.
    """
    model = shakespeare.load(network.bundle, state=network.state)
    text = texts.read(source, 0, model.vocabulary, lines=model.writing.lines)
    part = options.text_part
    training, held_out = sonnets.split(text.indices)
    measured = {"held-out": held_out, "training": training, "all": text.indices}[part]
    window = model.bundle.architecture["window"]
    if len(measured) <= window:
        raise UserError(f"{text.name}, {part}: expected {window + 1} characters or more, got {len(measured)}")
    metrics = evaluation.evaluate(model.bundle, measured)
    print(f"{text.name}, {part}: {len(measured)} characters, {metrics['windows']} windows")
    for way in ("window", "carried") if network.state is None else (network.state,):
        nats, accuracy = metrics[f"{way}_nats"], metrics[f"{way}_accuracy"]
        print(f"{way:8}  {nats:.4f} nats a character  accuracy {accuracy:.4f}")
    if options.words:
        plays = texts.plays(source)
        known = _words(replace(text, indices=training))
        _count_words(model, known | (_words(plays) if plays else set()), seed)


def _words(text: Corpus) -> set[str]:
    """The different words of a text."""
    known: set[str] = set()
    rest = ""
    for block in text.blocks():
        whole, _, rest = (rest + block).rpartition(" ")  # the last word may go on
        known.update(evaluation.words(whole))
    return known | set(evaluation.words(rest))


def _count_words(model: PoemModel, known: set[str], seed: int) -> None:
    """Writes poems at three temperatures, and prints how many of their words the training text has."""
    for temperature in (0.5, 0.7, 1.0):
        poems = model.complete_all([""] * POEMS, temperature=temperature, seed=seed)
        share, count = evaluation.known_words(poems, known)
        print(f"temperature {temperature}: {share:.2%} of {count} words are in the training text")
