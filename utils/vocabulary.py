"""A sorted set of symbols, each with its index: the same for the same data, every time."""

from collections.abc import Iterable, Sequence

from utils.errors import UserError

REPLACEMENT = "\ufffd"  # stands for every symbol that a vocabulary does not have; it is read, never written

MOST_SYMBOLS = 5000  # characters that a network of texts may know, beside the replacement


class Vocabulary:
    """Symbols (characters, tokens, words) in index order.

    Args:
        symbols: The symbols in index order, without repetition.

    Raises:
        ValueError: A symbol occurs twice, or there is none.
    """

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols = tuple(symbols)
        self.index = {symbol: number for number, symbol in enumerate(self.symbols)}
        if not self.symbols or len(self.index) != len(self.symbols):
            raise ValueError(
                f"symbols: expected one or more different strings, got {len(self.symbols)} "
                f"of which {len(self.index)} differ"
            )

    @classmethod
    def of(cls, sequence: Iterable[str]) -> "Vocabulary":
        """The vocabulary of what occurs in a sequence, sorted."""
        return cls(sorted(set(sequence)))

    @property
    def replacement(self) -> int | None:
        """The index of `REPLACEMENT`, what is read for a symbol that is not known; None: there is none."""
        return self.index.get(REPLACEMENT)

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self.index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.symbols == other.symbols

    def __hash__(self) -> int:
        return hash(self.symbols)

    def encode(self, sequence: Iterable[str]) -> list[int]:
        """The indices of symbols.

        Raises:
            UserError: A symbol is not in the vocabulary.
        """
        try:
            return [self.index[symbol] for symbol in sequence]
        except KeyError as error:
            raise UserError(f"{error.args[0]!r} is not among the {len(self)} known symbols") from None

    def decode(self, indices: Iterable[int]) -> list[str]:
        """The symbols of indices."""
        return [self.symbols[index] for index in indices]
