"""No verb: the course's exercise. Fine-tunes for an epoch, asks for a beginning, and completes the poem."""

import logging
from pathlib import Path
from typing import Unpack

import keras

from apps.shakespeare import texts
from apps.shakespeare.complete import draw, read_prompt
from models import shakespeare
from models.shakespeare.course import loaded_model
from models.shakespeare.poems import SamplingOptions
from utils import plots

logger = logging.getLogger("cadenza")


def exercise(
    *,
    out: Path,
    bundle: Path | None = None,
    finetune: bool = True,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    epochs: int = 1,
    batch_size: int = 128,
    save: Path | None = None,
    seed: int = 0,
    state: str | None = None,
    engine: str = "numpy",
    show: bool = False,
    **options: Unpack[SamplingOptions],
) -> None:
    """Fine-tunes a network, asks for a beginning and prints the poem.

    Args:
        out: The folder of the pictures, and of the network where `save` names none.
        bundle: See `models.shakespeare.load`.
        finetune: Whether there is any training.
        corpus: See `apps.shakespeare.texts.read`.
        data_dir: See `apps.shakespeare.texts.read`.
        epochs: How often every window of the text is read.
        batch_size: Windows in a batch.
        save: The folder of the fine-tuned network; None: `fine_tuned` in `out`.
        seed: The seed of the training and of the poem.
        state: See `models.shakespeare.load`.
        engine: See `models.shakespeare.load`.
        show: Whether the probabilities along the poem are drawn.
        options: See `PoemModel.complete`.

    Raises:
        UserError: A file cannot be read or written, or the loss is not finite.
        KeyboardInterrupt: Ctrl-C; the finished epochs are saved.
    """
    keras.utils.set_random_seed(seed)
    model = shakespeare.load_model(bundle)
    if finetune:
        network = loaded_model().bundle
        text = texts.read(corpus, data_dir, network.architecture["window"] + 1)
        folder, loss = save or out / "fine_tuned", out / "loss.png"
        logger.info(f"fine-tuning on {text.name}, {len(text)} characters")
        # The sample of an epoch is a notice.
        samples = [keras.callbacks.LambdaCallback(on_epoch_end=shakespeare.on_epoch_end)]
        tuned = shakespeare.fine_tune(
            network,
            text.indices,
            folder,
            model=model,
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
            training={"texts": [text.name]},
            callbacks=samples if logger.isEnabledFor(logging.INFO) else [],
        )
        plots.loss_curve(loss, {"training": tuned.training["history"]["loss"]}, f"Fine-tuned on {text.name}")
        logger.info(f"the fine-tuned network: {folder}; its loss: {loss}")
    prompt = read_prompt()
    shakespeare.generate_output(prompt, state=state, engine=engine, seed=seed, **options)
    if show:
        poems = loaded_model(state=state, engine=engine)
        draw(out / "poem.png", poems, prompt, seed=seed, **options)
