"""python -m tools.solo_nats [PATH ...]: compares two networks by the nats that they pay for a held-out solo.

The network of whole tokens (the course's kind) and the soloist's, of factors, learn from the same pieces, all
but the last, each for the number of epochs after which it predicts the last one best. Then both read the last
piece once, from its first note, which is given, to its last. What each pays for it is divided by the same
number, that of the tokens:

- tokens: the sum over all tokens of -ln p, as the network of tokens has it;
- steps: the sum over all steps of -ln p, as the network of factors has it. A step is a note or a rest, so the
  sum pays for rests too, and for the moves over bar lines, which tokens leave out;
- steps, less the moves that tokens leave out.

The tokens follow from the steps and the first note (`require_same`), so p(tokens) >= p(steps): the second
figure is an upper bound of what the network of factors pays for the very same tokens. The third lies below
it by what is not in the tokens; rests are still paid for.
"""

import logging
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.solos.corpus import corpus_examples, read_pieces
from data.solos.lines import line, line_examples
from data.solos.reading import BUNDLED, Solo
from models.checkpoint import Run
from models.engine.engine import Engine
from models.engine.layers import NO_SYMBOL
from models.jazz import training as trainings
from models.jazz.proposals import FactoredNetwork
from music.grammar import REST, parse_token
from music.lines import NONE, TICKS, WIDEST, Factors, Step
from utils.bundle import Bundle
from utils.cli import Parser, run
from utils.errors import UserError
from utils.vocabulary import Vocabulary

PATHS = (BUNDLED, BUNDLED.parent / "solos", BUNDLED.parent / "tunes")
EPOCHS, SEEDS = 8, 3

_Floats = NDArray[np.float64]


class Nats(NamedTuple):
    """What a held-out piece costs, in nats a token; the module's text has what each is."""

    tokens: float
    steps: float
    told: float


def compare(tokens: Bundle, factors: Bundle, solo: Solo) -> Nats:
    """Measures what two networks pay for a piece after its first note, by the count of the same tokens.

    Args:
        tokens: A network of whole tokens.
        factors: A network of factors.
        solo: The piece.

    Raises:
        UserError: The tokens do not follow from the steps; see `require_same`.
    """
    steps = line(solo)
    require_same(solo.flat_tokens, steps)
    count = len(solo.flat_tokens) - 1
    paid = step_nats(factors, steps)
    notes = [number for number, step in enumerate(steps) if step.token.kind != REST]
    unsaid = [
        at for at, text in zip(notes, solo.flat_tokens, strict=True) if parse_token(text).window is None
    ]
    after_first = paid[1:].sum()
    return Nats(
        float(token_nats(tokens, solo.flat_tokens)[1:].sum() / count),
        float(after_first / count),
        float((after_first - paid[unsaid, 2].sum()) / count),
    )


def token_nats(bundle: Bundle, tokens: Sequence[str]) -> _Floats:
    """-ln p of each token given those before it, shape (tokens,)."""
    engine = Engine(bundle.network())
    state, before, paid = engine.zero_state(), NO_SYMBOL, []
    for index in bundle.vocabulary.encode(tokens):
        p, state = engine.step(np.array([before]), state)
        paid.append(-np.log(float(p[0, index])))
        before = index
    return np.array(paid)


def step_nats(bundle: Bundle, steps: Sequence[Step]) -> _Floats:
    """-ln p of each step's length, kind and move given what is before it, (steps, 3); 0: it has none."""
    factors = Factors.parse(bundle.vocabulary)
    network = FactoredNetwork(bundle.network(), factors).begin()
    paid = np.zeros((len(steps), 3))
    for row, step in zip(paid, steps, strict=True):
        length, kind, move = factors.numbers(step.token)
        notes, rests = network.propose(step.place / TICKS)
        row[0] = -np.log([*notes, *rests][length])
        if kind != NONE:
            row[1] = -np.log(network.kinds(length)[kind])
        if move != NONE:
            row[2] = -np.log(network.moves(length)[kind, move])
        network.read(step.token)
    return paid


def require_same(tokens: Sequence[str], steps: Sequence[Step]) -> None:
    """Checks that steps say all that the tokens of the same melody say.

    Each note's step has its token's kind and length, and the move that is the middle of its window. How the
    window is spelt follows from the pitches, which the moves and the first note say.

    Raises:
        UserError: A step says something else, as where a note's end is rounded off.
    """
    notes = [step.token for step in steps if step.token.kind != REST]
    if len(notes) != len(tokens):
        raise UserError(f"expected a step for each of {len(tokens)} tokens, got {len(notes)}")
    for number, (text, note) in enumerate(zip(tokens, notes, strict=True), 1):
        token = parse_token(text)
        lengths = round(token.duration * TICKS), round(note.duration * TICKS)
        said = token.move is None or token.move == note.move and abs(token.move) <= WIDEST
        if token.kind != note.kind or lengths[0] != lengths[1] or not said:
            raise UserError(f"token {number}, {text}, does not follow from its step, {note.text}")


def train(solos: Sequence[Solo], seed: int, epochs: int) -> tuple[Bundle, Bundle]:
    """Trains both networks on all pieces but the last, each up to the epoch that is best on the last.

    Args:
        solos: The pieces.
        seed: Of both.
        epochs: The most.
    """
    windows, lines = corpus_examples(solos), line_examples(solos)
    if not len(lines.held_out):
        raise UserError("expected pieces of which the last can be held out")

    def tokens(run: Run, vocabulary: Vocabulary = windows.vocabulary) -> Bundle:
        held_out = windows.held_out_X, windows.held_out_Y
        return trainings.train(windows.X, windows.Y, vocabulary, run, seed=seed, held_out=held_out)

    def factors(run: Run) -> Bundle:
        return trainings.train_lines(lines.training, lines.factors, run, seed=seed, held_out=lines.held_out)

    return _at_its_best(tokens, epochs), _at_its_best(factors, epochs)


def _at_its_best(training: Callable[[Run], Bundle], epochs: int) -> Bundle:
    """Trains, and if a later epoch was worse, again up to the best."""
    with tempfile.TemporaryDirectory() as folder:
        trained = training(Run(Path(folder) / "all", epochs=epochs))
        best = 1 + int(np.argmin(trained.training["history"]["val_loss"]))
        return trained if best == epochs else training(Run(Path(folder) / "best", epochs=best))


def main(argv: Sequence[str]) -> int:
    """Trains both networks from several seeds and prints a table."""
    parser = Parser("tools.solo_nats", description="Compare two networks on the same tokens of a solo.")
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH", help="pieces; the last is held out")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="the most epochs (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many seeds (default: %(default)s)")
    options = parser.parse_args(argv)
    for name in ("epochs", "seeds"):
        if getattr(options, name) < 1:
            raise UserError(f"--{name}: expected 1 or more, got {getattr(options, name)}")
    solos = read_pieces(options.paths or PATHS)
    print(f"{len(solos) - 1} pieces to learn from, held out: {solos[-1].name}, in nats a token")
    print("\n| seed | epochs | tokens | steps | steps, less moves that tokens leave out |")
    print("|---|---|---|---|---|")
    logging.getLogger("cadenza").setLevel(logging.WARNING)
    found = []
    for seed in range(options.seeds):
        both = train(solos, seed, options.epochs)
        found.append(compare(*both, solos[-1]))
        print(
            _row(str(seed), " / ".join(str(each.training["epochs"]) for each in both), found[-1]), flush=True
        )
    print(_row("mean", "", Nats(*np.mean(found, axis=0).tolist())))
    return 0


def _row(seed: str, epochs: str, nats: Nats) -> str:
    return f"| {seed} | {epochs} |" + "".join(f" {value:.2f} |" for value in nats)


if __name__ == "__main__":
    sys.exit(run(main))
