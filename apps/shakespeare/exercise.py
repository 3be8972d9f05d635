"""No verb: the course's exercise. Fine-tunes for an epoch, asks for a beginning, and completes the poem."""

import logging
from dataclasses import replace
from pathlib import Path

from apps.shakespeare import texts
from apps.shakespeare.complete import draw, read_prompt
from data.options import TextOptions
from models import shakespeare
from models.checkpoint import Run
from models.shakespeare import weights
from models.shakespeare.options import ExerciseOptions, NetworkOptions, WriteOptions
from models.shakespeare.poems import PoemModel
from models.shakespeare.terminal import HERE, print_poem, print_sample
from models.training import FinishedEpochs
from utils import plots
from utils.bundle import Bundle

logger = logging.getLogger("cadenza")


def exercise(
    network_options: NetworkOptions,
    options: ExerciseOptions,
    source: TextOptions,
    writing: WriteOptions,
    *,
    out: Path,
    seed: int = 0,
    show: bool = False,
) -> None:
    """Fine-tunes a network, asks for a beginning and prints the poem.

    Args:
        network_options: Which network.
        options: How it is fine-tuned.
        source: The text for that.
        writing: How the poem is written.
        out: The folder of the pictures, and of the network where the options name none.
        seed: The seed of the training and of the poem.
        show: Whether the probabilities along the poem are drawn.

    Raises:
        UserError: A file cannot be read or written, or the loss is not finite.
        KeyboardInterrupt: It was stopped; the finished epochs are saved.
    """
    network = weights.load(network_options.bundle)
    if options.finetune:
        network = _fine_tune(network, network_options.bundle, options, source, out=out, seed=seed)
    poems = PoemModel(network, state=network_options.state)
    prompt = read_prompt()
    print(HERE)
    print_poem(prompt, poems.stream(prompt, writing, seed=seed))
    if show:
        draw(out / "poem.png", poems, prompt, writing, seed)


def _fine_tune(
    network: Bundle, path: Path | None, options: ExerciseOptions, source: TextOptions, *, out: Path, seed: int
) -> Bundle:
    """Fine-tunes, with a sample after each epoch as a notice, and draws the loss."""
    folder = options.save or out / "fine_tuned"
    run = Run(folder, options.epochs, force=options.force or options.save is None, every_seconds=0)
    run.require_free()
    text = texts.read(source, network.architecture["window"] + 1)
    logger.info(f"fine-tuning on {text.name}, {len(text)} characters")

    def sample(epoch: int, logs: dict[str, float]) -> None:
        print_sample(shakespeare.load(folder), epoch, logs)

    tuned: Bundle = shakespeare.fine_tune(
        network,
        text.indices,
        replace(run, callbacks=[FinishedEpochs(sample)] if logger.isEnabledFor(logging.INFO) else []),
        settings=weights.fine_tuning_settings(network, path or weights.PRETRAINED),
        batch_size=options.batch_size,
        seed=seed,
        training={"texts": [text.name]},
    )
    loss = out / "loss.png"
    plots.loss_curve(loss, {"training": tuned.training["history"]["loss"]}, f"Fine-tuned on {text.name}")
    logger.info(f"the fine-tuned network: {folder}; its loss: {loss}")
    return tuned
