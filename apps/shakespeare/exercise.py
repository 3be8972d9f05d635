"""No verb: the course's exercise. Fine-tunes for an epoch, asks for a beginning, and completes the poem."""

import logging
from dataclasses import replace
from pathlib import Path

import keras

from apps.shakespeare import texts
from apps.shakespeare.complete import draw, read_prompt
from data.corpus import Corpus
from models import shakespeare
from models.checkpoint import Run
from models.shakespeare import weights
from models.shakespeare.networks import course_model, to_bundle
from models.shakespeare.options import NetworkOptions, WriteOptions
from models.shakespeare.poems import PoemModel
from models.shakespeare.terminal import HERE, print_poem, print_sample
from models.training import FinishedEpochs
from utils import plots
from utils.bundle import Bundle

logger = logging.getLogger("cadenza")


def exercise(
    network_options: NetworkOptions,
    writing: WriteOptions,
    *,
    out: Path,
    finetune: bool = True,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    encoding: str | None = None,
    epochs: int = 1,
    batch_size: int = 128,
    save: Path | None = None,
    force: bool = False,
    seed: int = 0,
    show: bool = False,
) -> None:
    """Fine-tunes a network, asks for a beginning and prints the poem.

    Args:
        network_options: Which network.
        writing: How the poem is written.
        out: The folder of the pictures, and of the network where `save` names none.
        finetune: Whether there is any training.
        corpus: See `apps.shakespeare.texts.read`.
        data_dir: See `apps.shakespeare.texts.read`.
        encoding: See `apps.shakespeare.texts.read`.
        epochs: How often every window of the text is read.
        batch_size: Windows in a batch.
        save: The folder of the fine-tuned network; None: `fine_tuned` in `out`, where each replaces the last.
        force: Whether to replace a network in `save`.
        seed: The seed of the training and of the poem.
        show: Whether the probabilities along the poem are drawn.

    Raises:
        UserError: A file cannot be read or written, or the loss is not finite.
        KeyboardInterrupt: It was stopped; the finished epochs are saved.
    """
    run = Run(save or out / "fine_tuned", epochs, force=force or save is None)
    if finetune:
        run.require_free()
    network = weights.load(network_options.bundle)
    if finetune:
        text = texts.read(corpus, data_dir, network.architecture["window"] + 1, encoding)
        logger.info(f"fine-tuning on {text.name}, {len(text)} characters")
        network = _fine_tune(network, text, run, network_options.bundle, batch_size=batch_size, seed=seed)
        loss = out / "loss.png"
        losses = network.training["history"]["loss"]
        plots.loss_curve(loss, {"training": losses}, f"Fine-tuned on {text.name}")
        logger.info(f"the fine-tuned network: {run.folder}; its loss: {loss}")
    poems = PoemModel(network, state=network_options.state)
    prompt = read_prompt()
    print(HERE)
    print_poem(prompt, poems.stream(prompt, writing, seed=seed))
    if show:
        draw(out / "poem.png", poems, prompt, writing, seed)


def _fine_tune(
    network: Bundle, text: Corpus, run: Run, path: Path | None, *, batch_size: int, seed: int
) -> Bundle:
    """Fine-tunes; a sample after each epoch is a notice."""
    keras.utils.set_random_seed(seed)
    settings = weights.fine_tuning_settings(network, path or weights.PRETRAINED)
    model = course_model(network, settings.dropout)

    def sample(epoch: int, logs: dict[str, float]) -> None:
        print_sample(PoemModel(to_bundle(model, network)), epoch, logs)

    tuned: Bundle = shakespeare.fine_tune(
        network,
        text.indices,
        replace(run, callbacks=[FinishedEpochs(sample)] if logger.isEnabledFor(logging.INFO) else []),
        model=model,
        settings=settings,
        batch_size=batch_size,
        seed=seed,
        training={"texts": [text.name]},
    )
    return tuned
