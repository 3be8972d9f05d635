"""The tasks that networks are compared on: names, a text, or sentences with labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.comparison import data
from models.comparison.data import Labelled, Split
from models.comparison.sizes import NAMES, Dimensions, units_for
from utils.vocabulary import Vocabulary

ONE_WAY = ("rnn", "lstm", "gru")
EMBEDDING = 32  # numbers in a word's learnt vector


@dataclass(frozen=True)
class Task:
    """A task, and the networks that learn it.

    Args:
        name: "names", "text" or "emoji".
        title: For the table and the picture.
        split: The examples.
        dimensions: The networks' inputs and outputs.
        vocabulary: The symbols.
        epochs: Passes over the training examples.
        learning_rate: At the start.
        parameters: Of each network, about.
        kinds: Keys of `models.comparison.sizes.NAMES`.
        end: The symbol after which sampling starts again; None: there is none.
    """

    name: str
    title: str
    split: Split
    dimensions: Dimensions
    vocabulary: Vocabulary
    epochs: int
    learning_rate: float
    parameters: int = 20_000
    kinds: tuple[str, ...] = ONE_WAY
    end: int | None = None

    @property
    def units(self) -> dict[str, int]:
        """The units of each kind with which all have the same number of parameters.

        Raises:
            UserError: There are too few parameters.
        """
        return units_for(self.parameters, self.kinds, self.dimensions)

    @property
    def settings(self) -> dict[str, Any]:
        """What `models.comparison.training.train` takes beside the kind, its units and the seed."""
        names = ("dimensions", "split", "epochs", "learning_rate", "end")
        return {name: getattr(self, name) for name in names}

    def describe(self) -> str:
        """One line on the networks and the data."""
        kinds = ", ".join(NAMES[kind] for kind in self.kinds)
        counts = [int(examples.weights.sum()) for examples in self.split]
        what = "sentences" if self.dimensions.embedding else "characters"
        return (
            f"{kinds} on {self.title}: {counts[0]} {what} for training, {counts[1]} for validation, "
            f"{counts[2]} held out"
        )


def name_task(names: Sequence[str], vocabulary: Vocabulary, title: str, seed: int) -> Task:
    """Makes the task of names, a letter at a time.

    Args:
        names: Lower-case names.
        vocabulary: The symbols, the newline among them.
        title: For the table and the picture.
        seed: Draws the names that are held out.

    Raises:
        UserError: There are too few names.
    """
    split = data.split_names(names, vocabulary, seed, title)
    dimensions = Dimensions(len(vocabulary), len(vocabulary))
    return Task("names", title, split, dimensions, vocabulary, 12, 0.02, end=vocabulary.index["\n"])


def text_task(text: str, title: str, source: str | None = None) -> Task:
    """Makes the task of a text, a character at a time.

    Args:
        text: The text, whose last parts are held out.
        title: For the table and the picture.
        source: The text's name in an error; None: the title.

    Raises:
        UserError: The text is too short.
    """
    vocabulary = Vocabulary.of(text)
    split = data.split_text(text, vocabulary, title if source is None else source)
    return Task("text", title, split, Dimensions(len(vocabulary), len(vocabulary)), vocabulary, 18, 0.02)


def sentence_task(training: Labelled, others: Labelled, n_y: int, seed: int) -> Task:
    """Makes the task of sentences and their emoji.

    Args:
        training: Sentences as words, and their labels.
        others: Those that are held out.
        n_y: How many labels there are.
        seed: Draws the examples of the validation part.
    """
    split, vocabulary = data.split_sentences(training, others, seed)
    dimensions = Dimensions(len(vocabulary), n_y, embedding=EMBEDDING)
    kinds = (*ONE_WAY, "bilstm")
    title = "sentences and their emoji"
    return Task("emoji", title, split, dimensions, vocabulary, 12, 0.003, parameters=10_000, kinds=kinds)
